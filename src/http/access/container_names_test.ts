import assert from "node:assert/strict";
import { ContainerNames, reverseLookup } from "./container_names.ts";

/** A list on a name server that knows one address, and a clock. */
function names(known: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const lookup = (address: string): Promise<readonly string[]> => {
    asked.push(address);
    return Promise.resolve(known[address] ?? []);
  };
  return { list: new ContainerNames(["web", "job.other"], lookup, () => clock.now), asked, clock };
}

Deno.test("has() takes a client's own word, and looks nothing up then", async () => {
  const { list, asked } = names({ "172.18.0.5": ["web.net."] });
  assert.ok(await list.has("web", null));
  assert.ok(!await list.has("Web", "172.18.0.5"));
  assert.ok(!await list.has("", "172.18.0.5"));
  assert.deepEqual(asked, []);
});

Deno.test("has() looks up private addresses: whole names, or names within their network", async () => {
  const { list, asked } = names({
    "172.18.0.5": ["web.project_default."],
    "172.18.0.6": ["else.net.", "job.other"],
    "172.18.0.7": ["job.net."],
    "203.0.113.9": ["web.attacker.example."],
    "fd00::5": ["web"],
  });
  assert.ok(await list.has(undefined, "172.18.0.5"));
  assert.ok(await list.has(undefined, "172.18.0.6"));
  assert.ok(await list.has(undefined, "fd00::5"));
  assert.ok(!await list.has(undefined, "172.18.0.7"));
  assert.ok(!await list.has(undefined, "172.18.0.8"));
  assert.ok(!await list.has(undefined, "203.0.113.9"), "whoever owns it chooses its name");
  assert.ok(!asked.includes("203.0.113.9"));
  assert.ok(!await list.has(undefined, null));
});

Deno.test("has() asks again after half a minute, not before", async () => {
  const { list, asked, clock } = names({ "172.18.0.5": ["web.net."] });
  for (const now of [0, 29_999, 30_000]) {
    clock.now = now;
    assert.ok(await list.has(undefined, "172.18.0.5"));
  }
  assert.equal(asked.length, 2);
});

Deno.test("reverseLookup() of a machine without names, or without time, is none", async () => {
  assert.deepEqual(await reverseLookup("192.0.2.1", AbortSignal.abort()), []);
  assert.deepEqual(await reverseLookup("2001:db8::1", AbortSignal.abort()), []);
});
