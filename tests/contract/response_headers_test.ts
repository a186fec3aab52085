/** What browsers are told, and whose pages may ask. */
import assert from "node:assert/strict";
import { createAdminApp } from "../../src/http/app.ts";
import { seriesBody } from "./series_body.ts";
import { SINGLE, TestedApp } from "./tested_app.ts";

const ORIGIN = "https://charts.example";

Deno.test("every answer forbids browsers to sniff, frame or run it", async () => {
  const under = new TestedApp();
  const answers = [
    await under.request("/v1/healthz"),
    await under.request("/nowhere"),
    await under.post(SINGLE, seriesBody()),
    await under.post(SINGLE, "{"),
  ];
  for (const { headers } of answers) {
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers.get("strict-transport-security"), null, "TLS is the proxy's");
  }
});

Deno.test("the documentation page keeps its own policy, which lets its files run", async () => {
  const { headers } = await new TestedApp().request("/docs");
  assert.match(headers.get("content-security-policy") ?? "", /script-src 'self'/);
});

Deno.test("pages of other origins may not ask unless a setting lets them", async () => {
  const under = new TestedApp();
  const headers = { Origin: ORIGIN };
  const answer = await under.post(SINGLE, seriesBody(), headers);
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
  const preflight = { ...headers, "Access-Control-Request-Method": "POST" };
  const asked = await under.request(SINGLE, { method: "OPTIONS", headers: preflight });
  assert.deepEqual([asked.status, asked.headers.get("access-control-allow-origin")], [405, null]);
});

Deno.test("pages of a listed origin may ask, before they have shown a key", async () => {
  const keys = Deno.makeTempFileSync();
  Deno.writeTextFileSync(keys, "0".repeat(64));
  const under = new TestedApp({
    environment: {
      KRONOS_CORS_ORIGINS: ORIGIN,
      KRONOS_SECURITY_ENABLED: "true",
      KRONOS_API_KEYS_FILE: keys,
    },
  });
  Deno.removeSync(keys);
  const preflight = (origin: string): Promise<Response> =>
    under.request(SINGLE, {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
    });
  const { status, headers } = await preflight(ORIGIN);
  assert.equal(status, 204);
  assert.equal(headers.get("access-control-allow-origin"), ORIGIN);
  assert.match(headers.get("access-control-allow-headers") ?? "", /Authorization.*X-API-Key/);
  const refused = await under.post(SINGLE, seriesBody(), { Origin: ORIGIN });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("access-control-allow-origin"), ORIGIN, "its page can read why");
  const other = await preflight("https://other.example");
  assert.equal(other.headers.get("access-control-allow-origin"), null);
});

Deno.test("the second port serves probes and metrics without access control, and no forecast", async () => {
  const under = new TestedApp({
    environment: { KRONOS_SECURITY_ENABLED: "true", KRONOS_CONTAINER_WHITELIST: "web" },
  });
  const admin = createAdminApp(under.parts);
  for (const path of ["/v1/healthz", "/v1/readyz", "/v1/healthz/detailed", "/v1/metrics"]) {
    assert.equal((await admin.request(path)).status, 200, path);
  }
  for (const path of [SINGLE, "/docs", "/openapi.json"]) {
    assert.equal((await admin.request(path, { method: "POST" })).status, 404, path);
  }
});
