import assert from "node:assert/strict";
import type { MetricDefinition } from "./metric_definition.ts";
import { METRICS } from "./metric_table.ts";
import { createMetrics } from "./metrics.ts";

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

Deno.test("what the process uses is read with the page", async () => {
  const metrics = createMetrics();
  const value = (page: string, name: string) =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(page)?.[1]);
  const before = await metrics.page();
  assert.ok(value(before, "process_uptime_seconds") > 0);
  assert.ok(value(before, "process_resident_memory_bytes") > 1e6);
  assert.ok(value(before, "process_heap_bytes") > 1e5);
  const started = value(before, "process_start_time_seconds");
  assert.ok(Math.abs(started - performance.timeOrigin / 1000) < 1);
  const cpu = value(before, "process_cpu_seconds_total");
  assert.ok(cpu > 0);
  for (const until = performance.now() + 50; performance.now() < until;);
  assert.ok(value(await metrics.page(), "process_cpu_seconds_total") > cpu, "it only grows");
});

Deno.test("series that are known stand at 0 from the start, in every combination", async () => {
  const page = await createMetrics().page();
  for (const { name, kind, initial } of Object.values<MetricDefinition>(METRICS)) {
    if (initial === undefined) continue;
    const series = kind === "histogram" ? `${name}_count` : name;
    const expected = Object.values(initial).reduce((all, values) => all * values.length, 1);
    const found = page.match(new RegExp(`^${series}\\{[^}]+\\} 0$`, "gm")) ?? [];
    assert.equal(found.length, expected, name);
  }
});

Deno.test("initial values are of labels that the metric has", () => {
  for (const { name, labels, initial } of Object.values<MetricDefinition>(METRICS)) {
    if (initial !== undefined) assert.deepEqual(Object.keys(initial), labels, name);
  }
});
