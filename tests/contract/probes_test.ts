/** Probes, the detailed health, metrics and the documentation page. */
import assert from "node:assert/strict";
import { errorOf, SINGLE, TestedApp } from "./tested_app.ts";
import { seriesBody } from "./series_body.ts";

Deno.test("liveness is 200 whatever the state", async () => {
  const under = new TestedApp();
  for (const readiness of ["ok", "loading", "draining", "unhealthy"] as const) {
    under.service.readiness = readiness;
    const response = await under.request("/v1/healthz");
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { status: "ok" });
  }
});

Deno.test("readiness is 200 only when a forecast would be admitted, else 503 of the same shape", async () => {
  const under = new TestedApp({ info: { device: "wasm", deviceWarning: "no GPU here" } });
  const ready = await under.request("/v1/readyz");
  assert.equal(ready.status, 200);
  const body = { status: "ok", model_loaded: true, device: "wasm", device_warning: "no GPU here" };
  assert.deepEqual(await ready.json(), body);
  under.service.readiness = "draining";
  const draining = await under.request("/v1/readyz");
  assert.equal(draining.status, 503);
  assert.deepEqual(await draining.json(), { ...body, status: "draining" });
  under.service.model = null;
  for (const readiness of ["loading", "unhealthy"] as const) {
    under.service.readiness = readiness;
    const response = await under.request("/v1/readyz");
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), {
      status: readiness,
      model_loaded: false,
      device: "wasm",
      device_warning: null,
    });
  }
});

Deno.test("detailed health: healthy with a model, and every key of the contract", async () => {
  const under = new TestedApp();
  await under.predict(seriesBody());
  under.service.recordPrediction(false);
  const response = await under.request("/v1/healthz/detailed");
  const body = await response.json();
  assert.equal(response.status, 200);
  assert.deepEqual(Object.keys(body), ["status", "timestamp", "uptime_seconds", "checks"]);
  assert.match(body.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(Number.isInteger(body.uptime_seconds));
  assert.deepEqual(body.checks.model, {
    status: "healthy",
    loaded: true,
    version: "fake-1",
    device: "wasm",
    circuit: "closed",
    last_prediction: "2025-10-14T10:30:10Z",
    predictions_total: 1,
    failures_total: 1,
    load_failure: null,
    replicas_serving: 2,
    replicas_total: 2,
  });
  assert.deepEqual(body.checks.queue, { status: "healthy", waiting: 0, running: 0, limit: 64 });
  assert.deepEqual(Object.keys(body.checks.memory), [
    "status",
    "process_mb",
    "usage_mb",
    "limit_mb",
    "usage_percent",
    "system_total_mb",
    "system_available_mb",
    "system_percent",
  ]);
  assert.deepEqual(Object.keys(body.checks.disk), ["status", "free_gb", "total_gb", "percent"]);
});

Deno.test("detailed health: degraded while loading, unhealthy where loading failed", async () => {
  const under = new TestedApp();
  under.service.model = null;
  under.service.readiness = "loading";
  const loading = await (await under.request("/v1/healthz/detailed")).json();
  assert.deepEqual([loading.checks.model.status, loading.checks.model.version], ["degraded", null]);
  assert.equal(loading.checks.model.last_prediction, null);
  assert.notEqual(loading.status, "healthy");
  under.service.loadFailure = "the model cannot be loaded; the log says why";
  const failed = await under.request("/v1/healthz/detailed");
  assert.equal(failed.status, 503);
  const { status, checks: { model } } = await failed.json();
  assert.deepEqual([status, model.status, model.loaded], ["unhealthy", "unhealthy", false]);
});

Deno.test("metrics are Prometheus text and count predictions by outcome", async () => {
  const under = new TestedApp();
  await under.predict(seriesBody(300, 2));
  await under.post(SINGLE, {});
  await under.request("/nowhere");
  const response = await under.request("/v1/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const page = await response.text();
  for (
    const line of [
      'kronos_requests_total{route="/v1/predict/single",status="success"} 1',
      'kronos_requests_total{route="/v1/predict/single",status="error"} 1',
      'kronos_request_duration_seconds_count{route="/v1/predict/single"} 2',
      'kronos_model_inference_seconds_count{endpoint="single"} 1',
      'kronos_prediction_input_size_sum{endpoint="single"} 300',
      "kronos_concurrent_requests 0",
      "kronos_queue_waiting 0",
    ]
  ) {
    assert.ok(page.split("\n").includes(line), line);
  }
  assert.ok(!page.includes("nowhere"));
});

Deno.test("metrics that are switched off are a 404", async () => {
  const under = new TestedApp({ environment: { KRONOS_ENABLE_METRICS: "false" } });
  const { details } = await errorOf(await under.request("/v1/metrics"), 404, "NotFound");
  assert.deepEqual(details, { constraint: "enabled" });
});

Deno.test("metrics are served without a model", async () => {
  const under = new TestedApp();
  under.service.model = null;
  assert.match(await (await under.request("/v1/metrics")).text(), /kronos_queue_waiting 0/);
});

Deno.test("the root leads to the documentation, which loads nothing from elsewhere", async () => {
  const under = new TestedApp();
  assert.match(await (await under.request("/")).text(), /<a href="\/docs">/);
  const docs = await under.request("/docs");
  assert.match(docs.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(docs.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  const page = await docs.text();
  assert.ok(!/https?:/.test(page));
  const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  assert.equal(parts.length, 3);
  for (const path of parts) {
    const part = await under.request(path);
    assert.equal(part.status, 200, path);
    assert.match(part.headers.get("content-type") ?? "", /^text\/(css|javascript)/);
    assert.ok((await part.arrayBuffer()).byteLength > 50);
  }
});

Deno.test("nothing but the page's own files is served below /docs", async () => {
  const under = new TestedApp();
  for (
    const name of ["package.json", "constructor", "toString", "__proto__", "..%2Fpackage.json"]
  ) {
    await errorOf(await under.request(`/docs/${name}`), 404, "NotFound");
  }
});
