/** The prediction that is answered step by step. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DrainingError } from "../../src/forecast/errors.ts";
import type { ScheduledForecaster } from "../../src/forecast/forecaster.ts";
import { ReplicaFault } from "../../src/inference/replica_fault.ts";
import { FEATURES } from "../../src/kronos/architecture.ts";
import { allEvents, eventsOf, type StreamEvent } from "./stream_events.ts";
import { seriesBody } from "./series_body.ts";
import { errorOf, type Prediction, STREAM, TestedApp } from "./tested_app.ts";
import { validSeries } from "./valid_series.ts";

const NDJSON = { "Content-Type": "application/json", Accept: "application/x-ndjson" };

/** What the events say, put together as the single route answers it. */
function joined(events: readonly StreamEvent[]): Prediction {
  const candles = events.filter(({ event }) => event === "candle").map(({ data }) => data);
  const { data: summary } = events.at(-1)!;
  const { steps: _steps, timings: _timings, ...rest } = summary;
  const [{ data: start }] = events;
  return {
    prediction: candles.map(({ candle }) => candle),
    ...(start.quantile_levels.length === 0 ? {} : {
      quantiles: Object.fromEntries(
        start.quantile_levels.map((level) => [
          String(level),
          candles.map(({ quantiles }) => quantiles[String(level)]),
        ]),
      ),
    }),
    ...rest,
  } as unknown as Prediction;
}

Deno.test("a stream is start, one candle a step, summary, as server-sent events", async () => {
  const under = new TestedApp();
  const body = seriesBody(4, 3, { series_id: "s", seed: 5, quantiles: [0.1, 0.9] });
  const response = await under.post(STREAM, body);
  const header = (name: string): string | null => response.headers.get(name);
  assert.equal(header("content-type"), "text/event-stream");
  assert.equal(header("cache-control"), "no-store");
  assert.equal(header("x-accel-buffering"), "no");
  assert.equal(header("x-kronos-seed"), "5");
  const events = await allEvents(response);
  assert.deepEqual(events.map(({ event, id }) => [event, id]), [
    ["start", undefined],
    ["candle", "1"],
    ["candle", "2"],
    ["candle", "3"],
    ["summary", undefined],
  ]);
  assert.deepEqual(events[0].data, {
    series_id: "s",
    seed: 5,
    horizon: 3,
    sample_count: 32,
    quantile_levels: [0.1, 0.9],
    model_version: "fake-1",
    tokenizer_version: "fake-tokenizer-1",
  });
  assert.deepEqual(events.slice(1, 4).map(({ data }) => data.step), [1, 2, 3]);
  const { steps, timings, ...rest } = events[4].data;
  assert.equal(steps, 3);
  assert.deepEqual(Object.keys(timings), [
    "queue_ms",
    "tokenize_ms",
    "prefill_ms",
    "decode_ms",
    "total_ms",
  ]);
  assert.deepEqual(rest, {
    series_id: "s",
    model_version: "fake-1",
    tokenizer_version: "fake-tokenizer-1",
    seed: 5,
  });
});

Deno.test("a stream's numbers are those of the single route, whatever the request", async () => {
  const under = new TestedApp();
  await fc.assert(
    fc.asyncProperty(validSeries, fc.boolean(), async (body, lines) => {
      const expected = await under.predict({ ...body, include_warnings: true });
      const response = await under.post(
        STREAM,
        { ...body, include_warnings: true },
        lines ? NDJSON : undefined,
      );
      assert.equal(response.status, 200);
      assert.deepEqual(joined(await allEvents(response)), expected);
    }),
    { numRuns: 60 },
  );
});

Deno.test("Accept chooses between server-sent events and lines of JSON", async () => {
  const under = new TestedApp();
  const cases: [accept: string, type: string][] = [
    ["application/x-ndjson", "application/x-ndjson"],
    ["text/event-stream", "text/event-stream"],
    ["*/*", "text/event-stream"],
    ["application/json", "text/event-stream"],
    ["application/x-ndjson;q=0.5, text/event-stream", "text/event-stream"],
    ["text/event-stream;q=0.5, application/x-ndjson", "application/x-ndjson"],
  ];
  for (const [accept, type] of cases) {
    const response = await under.post(STREAM, seriesBody(), { Accept: accept });
    assert.equal(response.headers.get("content-type"), type, accept);
    const names = (await allEvents(response)).map(({ event }) => event);
    assert.deepEqual(names, ["start", "candle", "candle", "summary"]);
  }
});

/** Fails unless every line of an answer fits what the document states of it. */
async function assertDocumented(under: TestedApp, response: Response): Promise<void> {
  const lines = (await response.text()).trimEnd().split("\n");
  const place = ["paths", STREAM, "post", "responses", "200", "content", "application/x-ndjson"];
  for (const line of lines) under.check.assertFits([...place, "schema"], JSON.parse(line));
}

Deno.test("every line of JSON is one of those that the document states", async () => {
  const under = new TestedApp();
  const body = seriesBody(4, 2, { include_samples: true, include_warnings: true });
  await assertDocumented(under, await under.post(STREAM, body, NDJSON));
  const broken = new TestedApp({ replica: { value: () => NaN } });
  await assertDocumented(broken, await broken.post(STREAM, seriesBody(), NDJSON));
});

Deno.test("what is wrong before the first byte is answered as everywhere", async () => {
  const under = new TestedApp();
  await errorOf(await under.post(STREAM, "{"), 400, "MalformedRequest");
  await errorOf(await under.post(STREAM, { candles: [] }), 422, "ValidationError");
  under.service.circuit = { state: "open", retryAfterMs: 1000 };
  await errorOf(await under.post(STREAM, seriesBody()), 503, "CircuitOpen");
  assert.equal(under.inputs.length, 0);
});

Deno.test("a model that fails ends the stream with an error event, and is counted", async () => {
  const failure = () => new ReplicaFault("threw", "secret path /etc");
  const under = new TestedApp({ replica: { failure } });
  const response = await under.post(STREAM, seriesBody(), { "X-Request-ID": "mine" });
  assert.equal(response.status, 200);
  const events = await allEvents(response);
  assert.deepEqual(events.map(({ event }) => event), ["start", "error"]);
  const { error } = events[1].data;
  assert.deepEqual(Object.keys(error), ["type", "message", "request_id", "timestamp"]);
  assert.deepEqual([error.type, error.request_id], ["InferenceFailed", "mine"]);
  assert.equal(under.service.failures, 1);
  const [line] = under.lines.filter(({ request_id }) => request_id === "mine");
  assert.deepEqual([line.level, line.status, line.error_type], ["ERROR", 500, "InferenceFailed"]);
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_requests_total\{route="\/v1\/predict\/stream",status="error"\} 1/);
  assert.match(page, /kronos_errors_total\{type="InferenceFailed",cause="\w+"\} 1/);
  assert.match(page, /kronos_responses_total\{route="\/v1\/predict\/stream",code="500"\} 1/);
  assert.match(page, /kronos_concurrent_requests 0/);
});

/** A forecaster that tells one step and goes no further; it rejects when it is told to stop. */
const halting: ScheduledForecaster = {
  forecast(_requests, signal, progress) {
    progress?.onStart?.();
    const mean = new Float64Array(FEATURES).fill(1);
    progress?.onSteps?.({ series: 0, firstStep: 0, mean, quantiles: [] });
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  },
  queue: () => ({ waiting: 0, running: 0 }),
  close: () => Promise.resolve(),
};

Deno.test("a drain that will not wait ends the stream with an error event, Draining", async () => {
  const under = new TestedApp({ forecaster: halting });
  const response = await under.post(STREAM, seriesBody());
  const names: string[] = [];
  for await (const { event, data } of eventsOf(response)) {
    names.push(event);
    if (event === "candle") under.stop.abort(new DrainingError(0));
    if (event === "error") assert.equal(data.error.type, "Draining");
  }
  assert.deepEqual(names, ["start", "candle", "error"]);
  assert.equal(under.admission.facts().running, 0);
});

Deno.test("the deadline ends the stream with an error event, InferenceTimeout", async () => {
  const under = new TestedApp({ forecaster: halting });
  const headers = { "X-Request-Deadline-Ms": "50", Accept: "application/x-ndjson" };
  const events = await allEvents(await under.post(STREAM, seriesBody(), headers));
  assert.deepEqual(events.map(({ event }) => event), ["start", "candle", "error"]);
  assert.equal(events[2].data.error.type, "InferenceTimeout");
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_timeouts_total\{endpoint="stream"\} 1/);
  assert.match(page, /route="\/v1\/predict\/stream",status="timeout"\} 1/);
});

for (const Accept of ["text/event-stream", "application/x-ndjson"]) {
  Deno.test(`heartbeats break the silence of a stream of ${Accept}`, async () => {
    const under = new TestedApp({
      environment: { KRONOS_STREAM_HEARTBEAT: "0.01" },
      forecaster: halting,
    });
    let heartbeats = 0;
    for await (const { event } of eventsOf(await under.post(STREAM, seriesBody(), { Accept }))) {
      if (event === "heartbeat" && ++heartbeats === 2) under.stop.abort(new DrainingError(0));
    }
    assert.ok(heartbeats >= 2);
  });
}

Deno.test("a stream is one line of the log when it is over", async () => {
  const under = new TestedApp();
  await allEvents(await under.post(STREAM, seriesBody(), { "X-Request-ID": "mine" }));
  const [line, ...others] = under.lines.filter(({ message }) => message === "request");
  assert.deepEqual(others, []);
  assert.deepEqual([line.request_id, line.route, line.status], ["mine", STREAM, 200]);
});
