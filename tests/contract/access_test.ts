/** Who may ask: keys, containers, what is open to all, and how often. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { seriesBody } from "./series_body.ts";
import { BATCH, errorOf, SINGLE, TestedApp } from "./tested_app.ts";

const PROBES = ["/v1/healthz", "/v1/readyz", "/v1/healthz/detailed"];
const METRICS = "/v1/metrics";
const DOCS = ["/", "/page/main.js", "/docs", "/docs/start.js", "/openapi.json"];

const SECURED = { KRONOS_SECURITY_ENABLED: "true" };

/** An app behind keys. */
function withKeys(keys: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const path = Deno.makeTempFileSync();
  const hashes = keys.map((key) => createHash("sha256").update(key).digest("hex"));
  Deno.writeTextFileSync(path, hashes.join("\n"));
  const under = new TestedApp({
    environment: { ...SECURED, KRONOS_API_KEYS_FILE: path, ...environment },
  });
  return { under, [Symbol.dispose]: () => Deno.removeSync(path) };
}

/** A forecast asked for with these headers, from an address. */
function ask(
  under: TestedApp,
  headers: Readonly<Record<string, string>> = {},
  from?: string,
): Promise<Response> {
  const body = JSON.stringify(seriesBody());
  const json = { "Content-Type": "application/json", ...headers };
  return under.request(SINGLE, { method: "POST", body, headers: json }, from);
}

Deno.test("a key lets in, by either header; none or another is a 401 that says how", async () => {
  using keyed = withKeys(["one", "two"]);
  const { under } = keyed;
  for (const key of ["one", "two"]) {
    assert.equal((await ask(under, { Authorization: `Bearer ${key}` })).status, 200);
    assert.equal((await ask(under, { Authorization: `bearer  ${key} ` })).status, 200);
    assert.equal((await ask(under, { "X-API-Key": key })).status, 200);
  }
  const missing: Record<string, string>[] = [{}, { Authorization: "Basic b25lOm9uZQ==" }];
  for (const headers of missing) {
    const response = await ask(under, headers);
    assert.equal(response.headers.get("www-authenticate"), "Bearer");
    const { details } = await errorOf(response, 401, "Unauthorized");
    assert.deepEqual(details, { field: "Authorization", constraint: "key_required" });
  }
  const wrong: Record<string, string>[] = [
    { Authorization: "Bearer three" },
    { "X-API-Key": "three" },
    { "X-API-Key": "" },
    { Authorization: "Bearer three", "X-API-Key": "one" },
  ];
  for (const headers of wrong) {
    const { details } = await errorOf(await ask(under, headers), 401, "Unauthorized");
    assert.equal(details?.constraint, "valid_key");
  }
  const headers = { "X-API-Key": "one" };
  const page = await (await under.request(METRICS, { headers })).text();
  assert.match(page, /kronos_security_events_total\{event="missing_key"\} 2/);
  assert.match(page, /kronos_security_events_total\{event="wrong_key"\} 4/);
});

Deno.test("no key is written to the log or an answer", async () => {
  using keyed = withKeys(["s3cret-one"]);
  const { under } = keyed;
  await ask(under, { "X-API-Key": "s3cret-one" });
  const refused = await ask(under, { Authorization: "Bearer s3cret-two" });
  assert.ok(!(await refused.text()).includes("s3cret"));
  assert.ok(!JSON.stringify(under.lines).includes("s3cret"));
});

Deno.test("probes are open to all; metrics and documentation by a setting", async () => {
  using closed = withKeys(["one"]);
  for (const path of PROBES) assert.equal((await closed.under.request(path)).status, 200);
  for (const path of [METRICS, ...DOCS, SINGLE, BATCH, "/nowhere", "/v1/healthz/x"]) {
    await errorOf(await closed.under.request(path), 401, "Unauthorized");
  }
  const lists = { metrics: [METRICS], docs: DOCS, "metrics,docs": [METRICS, ...DOCS] };
  for (const [list, open] of Object.entries(lists)) {
    using keyed = withKeys(["one"], { KRONOS_PUBLIC_ROUTES: list });
    for (const path of [METRICS, ...DOCS]) {
      const response = await keyed.under.request(path);
      await response.body?.cancel();
      assert.equal(response.status === 401, !open.includes(path), `${path} of ${list}`);
    }
    await errorOf(await ask(keyed.under), 401, "Unauthorized");
  }
});

Deno.test("a path that is written otherwise does not come by", async () => {
  using keyed = withKeys(["one"]);
  for (const path of ["//v1/predict/single", "/v1/healthz/../predict/single", "/V1/metrics"]) {
    const response = await keyed.under.request(path, { method: "POST", body: "{}" });
    await errorOf(response, 401, "Unauthorized");
  }
});

Deno.test("a listed container is let in by name or reverse DNS; any other is a 403", async () => {
  const under = new TestedApp({
    environment: { ...SECURED, KRONOS_CONTAINER_WHITELIST: "web, job" },
    lookup: (address) => Promise.resolve(address === "172.18.0.5" ? ["web.net."] : []),
  });
  assert.equal((await ask(under, { "X-Container-Name": "job" })).status, 200);
  assert.equal((await ask(under, {}, "172.18.0.5")).status, 200);
  const refused: [headers: Record<string, string>, from?: string][] = [
    [{}],
    [{}, "172.18.0.6"],
    [{ "X-Container-Name": "other" }, "172.18.0.5"],
    [{ "X-API-Key": "one" }],
  ];
  for (const [headers, from] of refused) {
    const { details } = await errorOf(await ask(under, headers, from), 403, "Forbidden");
    assert.deepEqual(details, { field: "X-Container-Name", constraint: "listed_container" });
  }
});

Deno.test("with keys and containers either lets in, and a refusal is a 401", async () => {
  using keyed = withKeys(["one"], { KRONOS_CONTAINER_WHITELIST: "web" });
  const { under } = keyed;
  assert.equal((await ask(under, { "X-Container-Name": "web" })).status, 200);
  assert.equal((await ask(under, { "X-API-Key": "one" })).status, 200);
  await errorOf(await ask(under, { "X-Container-Name": "other" }), 401, "Unauthorized");
});

Deno.test("requests over the limit are a 429 with the time to wait, and counted", async () => {
  const under = new TestedApp({
    environment: { KRONOS_RATE_LIMIT_ENABLED: "true", KRONOS_RATE_LIMIT_PER_MINUTE: "2" },
  });
  for (const from of ["192.0.2.1", "192.0.2.2"]) {
    for (const _ of [1, 2]) assert.equal((await ask(under, {}, from)).status, 200);
    const response = await ask(under, {}, from);
    const wait = Number(response.headers.get("retry-after"));
    assert.ok(Number.isInteger(wait) && wait > 0 && wait <= 60, `${wait} s`);
    const { details } = await errorOf(response, 429, "RateLimited");
    assert.deepEqual(details, { constraint: "rate_limit", limit_per_minute: 2 });
  }
  assert.equal((await under.request("/v1/healthz", {}, "192.0.2.1")).status, 200);
  const page = await (await under.request(METRICS)).text();
  assert.match(page, /kronos_rate_limit_hits_total 2/);
  assert.match(page, /kronos_rejections_total\{reason="RateLimited"\} 2/);
  assert.deepEqual([under.ledger.report().refused, under.ledger.report().accepted], [2, 4]);
  under.stop.abort();
});

Deno.test("a client over its limit names no metric by the paths that it makes up", async () => {
  const under = new TestedApp({
    environment: { KRONOS_RATE_LIMIT_ENABLED: "true", KRONOS_RATE_LIMIT_PER_MINUTE: "1" },
  });
  for (const _ of [1, 2]) await (await ask(under, {}, "192.0.2.1")).body?.cancel();
  const made = { method: "POST", body: new TextEncoder().encode("{}") };
  await errorOf(await under.request("/v1/predict/made-up", made, "192.0.2.1"), 404, "NotFound");
  assert.doesNotMatch(await (await under.request(METRICS)).text(), /made-up/);
  under.stop.abort();
});

Deno.test("the limit counts a key wherever it comes from, and both routes together", async () => {
  using keyed = withKeys(["one", "two"], {
    KRONOS_RATE_LIMIT_ENABLED: "true",
    KRONOS_RATE_LIMIT_PER_MINUTE: "2",
  });
  const { under } = keyed;
  const one = { "X-API-Key": "one" };
  assert.equal((await ask(under, one, "192.0.2.1")).status, 200);
  const batch = { method: "POST", body: new TextEncoder().encode("{}"), headers: one };
  assert.equal((await under.request(BATCH, batch, "192.0.2.2")).status, 422);
  await errorOf(await ask(under, one, "192.0.2.3"), 429, "RateLimited");
  assert.equal((await ask(under, { "X-API-Key": "two" }, "192.0.2.1")).status, 200);
  under.stop.abort();
});

Deno.test("the limit believes X-Forwarded-For of trusted proxies alone", async () => {
  const under = new TestedApp({
    environment: {
      KRONOS_RATE_LIMIT_ENABLED: "true",
      KRONOS_RATE_LIMIT_PER_MINUTE: "1",
      KRONOS_TRUSTED_PROXIES: "10.0.0.0/8",
    },
  });
  const via = (client: string, from: string): Promise<Response> =>
    ask(under, { "X-Forwarded-For": client }, from);
  assert.equal((await via("198.51.100.1", "10.0.0.1")).status, 200);
  assert.equal((await via("198.51.100.2", "10.0.0.1")).status, 200);
  assert.equal((await via("9.9.9.9, 198.51.100.2", "10.0.0.1")).status, 429);
  assert.equal((await via("198.51.100.3", "203.0.113.1")).status, 200);
  assert.equal((await via("198.51.100.4", "203.0.113.1")).status, 429);
  under.stop.abort();
});
