import assert from "node:assert/strict";
import { Hono } from "hono";
import { clientAddress, countedAddress, isPrivate, parseNetworks } from "./client_address.ts";

/** The address that is taken for a request from `remote` with this header. */
async function seen(remote: string | undefined, forwarded: string | null, trusted: string[]) {
  const networks = parseNetworks(trusted);
  const app = new Hono().get("/", (c) => c.json(clientAddress(c, networks)));
  const headers = forwarded === null ? {} : { "X-Forwarded-For": forwarded };
  return await (await app.request("/", { headers }, { remoteAddress: remote })).json();
}

Deno.test("clientAddress() is the socket's where no proxy is trusted", async () => {
  assert.equal(await seen("192.0.2.1", null, []), "192.0.2.1");
  assert.equal(await seen("192.0.2.1", "198.51.100.7", []), "192.0.2.1");
  assert.equal(await seen("192.0.2.1", "198.51.100.7", ["10.0.0.0/8"]), "192.0.2.1");
  assert.equal(await seen("::ffff:192.0.2.1", null, []), "192.0.2.1");
  assert.equal(await seen(undefined, "198.51.100.7", ["0.0.0.0/0"]), null);
});

Deno.test("clientAddress() is what trusted proxies heard, whatever the client wrote before", async () => {
  const trusted = ["10.0.0.0/8", "fd00::/8"];
  const cases: [remote: string, forwarded: string | null, seen: string][] = [
    ["10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "203.0.113.9,198.51.100.7 , 10.9.9.9", "198.51.100.7"],
    ["fd00::1", "2001:db8::5", "2001:db8::5"],
    ["10.0.0.1", null, "10.0.0.1"],
    ["10.0.0.1", "nonsense", "10.0.0.1"],
    ["10.0.0.1", "198.51.100.7, nonsense, 10.9.9.9", "10.9.9.9"],
    ["10.0.0.1", "10.0.0.2", "10.0.0.2"],
  ];
  for (const [remote, forwarded, expected] of cases) {
    assert.equal(await seen(remote, forwarded, trusted), expected, forwarded ?? "none");
  }
});

Deno.test("countedAddress() is the network of an IPv6 address, IPv4 as it is", () => {
  assert.equal(countedAddress("192.0.2.1"), "192.0.2.1");
  assert.equal(countedAddress("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
});

Deno.test("isPrivate() tells networks of one's own from the internet", () => {
  for (const address of ["10.1.2.3", "172.18.0.5", "127.0.0.1", "fd12::1", "::1"]) {
    assert.ok(isPrivate(address), address);
  }
  for (const address of ["8.8.8.8", "2001:4860::1", "172.32.0.1"]) {
    assert.ok(!isPrivate(address), address);
  }
});
