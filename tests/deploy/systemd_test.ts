/** The systemd unit, as systemd reads it. */
import assert from "node:assert/strict";
import { readConfig } from "../../src/config.ts";
import { testWithTools } from "../test_with_tools.ts";
import { commandOutput, ROOT } from "./command_output.ts";

const UNIT = `${ROOT}/deploy/systemd/kronos-edge.service`;

/** systemd rates exposure from 0 to 10; a service with nothing set has 9.6. */
const MOST_EXPOSURE = "2.0";

/** Calls `fn` with the unit where Deno is this one: systemd looks whether the program exists. */
async function withUnit(fn: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kronos-systemd-" });
  try {
    const path = `${folder}/kronos-edge.service`;
    const text = await Deno.readTextFile(UNIT);
    await Deno.writeTextFile(path, text.replace("/usr/local/bin/deno", Deno.execPath()));
    await fn(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The value of a directive that is there once. */
function directive(text: string, name: string): string {
  const found = [...text.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))];
  assert.equal(found.length, 1, `${name} is there ${found.length} times`);
  return found[0][1];
}

await testWithTools("systemd understands the unit, and finds it hardened", [
  "systemd-analyze",
], async () => {
  await withUnit(async (path) => {
    await commandOutput("systemd-analyze", ["verify", "--man=no", path]);
    const threshold = `--threshold=${Number(MOST_EXPOSURE) * 10}`;
    await commandOutput("systemd-analyze", ["security", "--offline=true", threshold, path]);
  });
});

Deno.test("systemd waits as long as the service may take, and starts no bad configuration again", async () => {
  const text = await Deno.readTextFile(UNIT);
  assert.ok(Number(directive(text, "TimeoutStopSec")) * 1000 > readConfig({}).graceMs);
  assert.equal(directive(text, "RestartPreventExitStatus"), "78");
});

Deno.test("systemd starts the service as the image does", async () => {
  const { groups } = (await Deno.readTextFile(`${ROOT}/Dockerfile`)).match(
    /^ENTRYPOINT \["\/tini", "--", (?<entry>.*)\]\nCMD \[(?<command>.*)\]$/m,
  )!;
  const words = JSON.parse(`[${groups!.entry}, ${groups!.command}]`);
  const start = directive(await Deno.readTextFile(UNIT), "ExecStart").split(" ");
  assert.deepEqual(start, ["/usr/local/bin/deno", ...words.slice(1)]);
});
