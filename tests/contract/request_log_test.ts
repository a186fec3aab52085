/** The line that each request leaves in the log, and what is counted of it. */
import assert from "node:assert/strict";
import { DrainingError } from "../../src/forecast/errors.ts";
import { batchBody, seriesBody } from "./series_body.ts";
import { BATCH, type LogLine, SINGLE, TestedApp } from "./tested_app.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** The lines of requests. */
function requestLines({ lines }: TestedApp): LogLine[] {
  return lines.filter(({ message }) => message === "request");
}

Deno.test("a forecast's line has ids, route, status, sizes and phases", async () => {
  const under = new TestedApp();
  const body = batchBody([seriesBody(), seriesBody()]);
  const response = await under.post(BATCH, body, {
    "X-Request-ID": "mine",
    traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
  });
  const text = await response.text();
  const [line, ...others] = requestLines(under);
  assert.deepEqual(others, []);
  const { timestamp: _, duration_ms, phases_ms, candles, steps, ...rest } = line;
  assert.deepEqual(rest, {
    level: "INFO",
    message: "request",
    request_id: "mine",
    trace_id: TRACE,
    method: "POST",
    route: BATCH,
    path: BATCH,
    status: 200,
    series: 2,
    paths: 2,
    request_bytes: JSON.stringify(body).length,
    response_bytes: text.length,
  });
  assert.equal(typeof duration_ms, "number");
  assert.deepEqual(Object.keys(phases_ms as object), ["queue", "tokenize", "prefill", "decode"]);
  assert.ok(Number(candles) > 0 && Number(steps) > 0);
});

Deno.test("a refusal's line says which error, and what is behind it", async () => {
  const under = new TestedApp({ environment: { KRONOS_QUEUE_TOKENS: "1000000" } });
  await under.post(SINGLE, { candles: [] });
  await under.request("/nowhere");
  const shown = requestLines(under).map((line) => [
    line.level,
    line.route,
    line.path,
    line.status,
    line.error_type,
    line.trace_id,
  ]);
  assert.deepEqual(shown, [
    ["INFO", SINGLE, SINGLE, 422, "ValidationError", null],
    ["INFO", null, "/nowhere", 404, "NotFound", null],
  ]);
});

Deno.test("a trace's id is the caller's only where the header is one", async () => {
  const under = new TestedApp();
  const headers = [
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`,
    `${TRACE}`,
    `01-${TRACE}-b7ad6b7169203331-01-more`,
  ];
  for (const traceparent of headers) {
    await under.request("/openapi.json", { headers: { traceparent } });
  }
  assert.deepEqual(requestLines(under).map((line) => line.trace_id), [null, null, null, TRACE]);
});

Deno.test("probes and the metrics page are told at DEBUG alone", async () => {
  const under = new TestedApp();
  const quiet = ["/v1/healthz", "/v1/readyz", "/v1/healthz/detailed", "/v1/metrics"];
  for (const path of [...quiet, "/docs"]) await under.request(path);
  const levels = requestLines(under).map(({ route, level }) => [route, level]);
  assert.deepEqual(levels, [...quiet.map((path) => [path, "DEBUG"]), ["/docs", "INFO"]]);
});

Deno.test("neither keys nor bodies are in the log", async () => {
  const under = new TestedApp();
  await under.post(SINGLE, { ...seriesBody(), series_id: "SECRET-SERIES" }, {
    Authorization: "Bearer s3cret",
    "X-API-Key": "s3cret",
  });
  await under.request("/v1/healthz?key=s3cret");
  assert.doesNotMatch(JSON.stringify(under.lines), /s3cret|SECRET-SERIES/);
});

Deno.test("answers are counted by route as declared, and code", async () => {
  const under = new TestedApp();
  await under.post(SINGLE, seriesBody());
  await under.request("/docs/swagger-ui.css");
  await under.request("/no/such/path");
  const page = await under.parts.metrics.page();
  for (
    const series of [
      `kronos_responses_total{route="${SINGLE}",code="200"} 1`,
      `kronos_responses_total{route="/docs/:asset",code="200"} 1`,
      `kronos_responses_total{route="none",code="404"} 1`,
      `kronos_responses_total{route="${SINGLE}",code="503"} 0`,
    ]
  ) assert.ok(page.includes(series), series);
});

Deno.test("what a drain refuses after it was admitted is a rejection too", async () => {
  const begun = Promise.withResolvers<void>();
  const under = new TestedApp({
    forecaster: {
      // It waits: no replica takes it.
      forecast: (_requests, signal) => {
        begun.resolve();
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
      queue: () => ({ waiting: 0, running: 0 }),
      close: () => Promise.resolve(),
    },
  });
  const waiting = under.post(SINGLE, seriesBody());
  await begun.promise;
  under.admission.close(-1);
  assert.equal((await waiting).status, 503);
  const page = await under.parts.metrics.page();
  assert.match(page, /^kronos_rejections_total\{reason="Draining"\} 1$/m);
  const stopped = new TestedApp();
  stopped.stop.abort(new DrainingError(0));
  await stopped.post(SINGLE, seriesBody());
  assert.match(
    await stopped.parts.metrics.page(),
    /^kronos_rejections_total\{reason="Draining"\} 1$/m,
  );
});
