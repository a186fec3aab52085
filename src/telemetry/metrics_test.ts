import assert from "node:assert/strict";
import { createMetrics, METRICS } from "./metrics.ts";

/** The metrics that the Python service had, with the labels that are kept. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  kronos_requests_total: ["route", "status"],
  kronos_request_duration_seconds: ["route"],
  kronos_model_inference_seconds: ["endpoint"],
  kronos_concurrent_requests: [],
  kronos_timeouts_total: ["endpoint"],
  kronos_prediction_input_size: ["endpoint"],
  kronos_security_events_total: ["event"],
  kronos_rate_limit_hits_total: [],
  kronos_request_size_rejections_total: [],
};

Deno.test("the table keeps the names and labels of the contract", () => {
  const labels = new Map<string, readonly string[]>(
    Object.values(METRICS).map(({ name, labels }) => [name, labels]),
  );
  for (const [name, expected] of Object.entries(KEPT)) {
    assert.deepEqual(labels.get(name), expected, name);
  }
  assert.equal(labels.size, Object.keys(METRICS).length, "each name once");
});

Deno.test("every metric of the table is on the page, with its help and type", async () => {
  const metrics = createMetrics();
  const page = await metrics.page();
  for (const { name, help, kind } of Object.values(METRICS)) {
    assert.ok(page.includes(`# HELP ${name} ${help}\n`), name);
    assert.ok(page.includes(`# TYPE ${name} ${kind}\n`), name);
  }
  assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4; charset=utf-8$/);
});

Deno.test("counters, gauges and histograms count under their labels", async () => {
  const metrics = createMetrics();
  metrics.requests.inc({ route: "/x", status: "success" });
  metrics.requests.inc({ route: "/x", status: "success" });
  metrics.concurrent.set(3);
  metrics.inputSize.observe({ endpoint: "batch" }, 300);
  const lines = (await metrics.page()).split("\n");
  for (
    const line of [
      'kronos_requests_total{route="/x",status="success"} 2',
      "kronos_concurrent_requests 3",
      'kronos_prediction_input_size_bucket{le="256",endpoint="batch"} 0',
      'kronos_prediction_input_size_bucket{le="400",endpoint="batch"} 1',
      'kronos_prediction_input_size_sum{endpoint="batch"} 300',
    ]
  ) {
    assert.ok(lines.includes(line), line);
  }
});

Deno.test("buckets of latencies reach past the longest default timeout", async () => {
  const metrics = createMetrics();
  const timeoutS = 300;
  metrics.requestDuration.observe({ route: "/x" }, timeoutS + 1);
  const page = await metrics.page();
  const [, finite] = /duration_seconds_bucket\{le="360",route="\/x"\} (\d)/.exec(page) ?? [];
  assert.equal(finite, "1");
});

Deno.test("each service has its own metrics, in one process", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.rateLimitHits.inc();
  assert.match(await one.page(), /^kronos_rate_limit_hits_total 1$/m);
  assert.match(await other.page(), /^kronos_rate_limit_hits_total 0$/m);
});

Deno.test("the gauges of the process are read with the page", async () => {
  const page = await createMetrics().page();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(page)?.[1]);
  assert.ok(value("process_uptime_seconds") > 0);
  assert.ok(value("process_resident_memory_bytes") > 1e6);
});
