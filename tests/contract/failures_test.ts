/** What is not the client's fault: 500, 503, 504, and what the log says of it that the answer does not. */
import assert from "node:assert/strict";
import { ModelNotReadyError } from "../../src/forecast/errors.ts";
import type { Forecaster } from "../../src/forecast/forecast.ts";
import type { ScheduledForecaster } from "../../src/forecast/forecaster.ts";
import { BATCH, errorOf, SINGLE, TestedApp } from "./tested_app.ts";
import { batchBody, seriesBody } from "./series_body.ts";

/** A forecaster that only does this. */
function forecasterThat(forecast: Forecaster["forecast"]): ScheduledForecaster {
  return {
    forecast,
    queue: () => ({ waiting: 0, running: 0 }),
    close: () => Promise.resolve(),
  };
}

/** Rejects with the signal's reason, whenever that comes. */
const untilAborted: Forecaster["forecast"] = (_series, signal) =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });

Deno.test("a thrown error is a 500 without details; its message and causes are in the log alone", async () => {
  const cause = new Error("cannot open /srv/models/secret.onnx");
  const thrown = new TypeError("weights at /srv/models are broken", { cause });
  const under = new TestedApp({ forecaster: forecasterThat(() => Promise.reject(thrown)) });
  for (
    const [path, body] of [[SINGLE, seriesBody()], [BATCH, batchBody([seriesBody()])]] as const
  ) {
    const response = await under.post(path, body, { "X-Request-ID": "mine" });
    const text = await response.clone().text();
    const { message } = await errorOf(response, 500, "InternalError");
    assert.equal(message, "The service failed on this request");
    for (const secret of ["/srv", "weights", "TypeError", "onnx", ".ts"]) {
      assert.ok(!text.includes(secret), secret);
    }
  }
  const [line] = under.lines.filter(({ level }) => level === "ERROR");
  assert.deepEqual([line.message, line.request_id, line.route], ["request", "mine", SINGLE]);
  const logged = JSON.stringify(line.error);
  assert.match(logged, /weights at \/srv\/models are broken/);
  assert.match(logged, /cannot open \/srv\/models\/secret.onnx/);
  assert.equal(under.service.failures, 2);
});

Deno.test("something that is no Error can be thrown too", async () => {
  for (const thrown of ["a text", undefined, null, 5, { message: "/srv" }]) {
    const under = new TestedApp({ forecaster: forecasterThat(() => Promise.reject(thrown)) });
    await errorOf(await under.post(SINGLE, seriesBody()), 500, "InternalError");
  }
});

Deno.test("a replica that fails is a 500 InferenceFailed, its cause in the log", async () => {
  const failure = () => new Error("out of memory in /srv/worker");
  const under = new TestedApp({ replica: { failure } });
  const response = await under.post(SINGLE, seriesBody());
  const { message } = await errorOf(response, 500, "InferenceFailed");
  assert.equal(message, "The model failed on this request");
  assert.match(JSON.stringify(under.lines), /out of memory in \/srv\/worker/);
  assert.equal(under.service.failures, 1);
});

Deno.test("a model that answers no number is a 500, not a forecast of null", async () => {
  const under = new TestedApp({ replica: { value: () => NaN } });
  await errorOf(await under.post(SINGLE, seriesBody()), 500, "InferenceFailed");
});

Deno.test("the client's deadline is a 504, counted as a timeout", async () => {
  const under = new TestedApp({ forecaster: forecasterThat(untilAborted) });
  const response = await under.post(SINGLE, seriesBody(), { "X-Request-Deadline-Ms": "500" });
  const { details } = await errorOf(response, 504, "InferenceTimeout");
  assert.deepEqual(details, { constraint: "deadline" });
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_timeouts_total\{endpoint="single"\} 1/);
  assert.match(page, /kronos_requests_total\{route="\/v1\/predict\/single",status="timeout"\} 1/);
  assert.match(page, /kronos_concurrent_requests 0/);
});

Deno.test("the service's own timeouts are a 504, whatever the client allows", async () => {
  for (const name of ["KRONOS_INFERENCE_TIMEOUT", "KRONOS_REQUEST_TIMEOUT"]) {
    const under = new TestedApp({
      environment: { [name]: "0.5" },
      forecaster: forecasterThat(untilAborted),
    });
    const headers = { "X-Request-Deadline-Ms": "100000" };
    const response = await under.post(BATCH, batchBody([seriesBody()]), headers);
    await errorOf(response, 504, "InferenceTimeout");
  }
});

Deno.test("a client that goes away aborts the forecast and is no failure of the model", async () => {
  const under = new TestedApp({ forecaster: forecasterThat(untilAborted) });
  const send = (signal: AbortSignal) =>
    under.request(SINGLE, {
      method: "POST",
      body: JSON.stringify(seriesBody()),
      headers: { "Content-Type": "application/json" },
      signal,
    });
  const controller = new AbortController();
  const answer = send(controller.signal);
  controller.abort();
  assert.equal((await answer).status, 499);
  assert.equal((await send(AbortSignal.abort())).status, 499, "gone before it was read");
  assert.equal(under.service.failures, 0);
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_clients_gone_total\{endpoint="single"\} 2/);
  assert.doesNotMatch(page, /^kronos_errors_total\{/m, "nobody's error");
});

Deno.test("without a model a forecast is a 503 with Retry-After, a wrong body still a 400", async () => {
  const under = new TestedApp();
  for (const readiness of ["loading", "unhealthy"] as const) {
    under.service.readiness = readiness;
    under.service.model = null;
    const response = await under.post(SINGLE, seriesBody());
    assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    await errorOf(response, 503, "ModelNotReady");
    await errorOf(await under.post(SINGLE, "{"), 400, "MalformedRequest");
  }
  assert.equal(under.inputs.length, 0);
});

Deno.test("a model that is closed during a forecast is a 503 with Retry-After", async () => {
  const closed = new ModelNotReadyError("Cannot forecast: the model is closed");
  const under = new TestedApp({ forecaster: forecasterThat(() => Promise.reject(closed)) });
  const response = await under.post(SINGLE, seriesBody());
  assert.ok(Number(response.headers.get("retry-after")) > 0);
  await errorOf(response, 503, "ModelNotReady");
  assert.equal(under.service.failures, 0);
});

Deno.test("an error in a probe is a 500 with the one body", async () => {
  const under = new TestedApp();
  under.admission.facts = () => {
    throw new Error("no queue at /srv");
  };
  await errorOf(await under.request("/v1/healthz/detailed"), 500, "InternalError");
  await errorOf(await under.request("/v1/metrics"), 500, "InternalError");
  assert.equal((await under.request("/v1/healthz")).status, 200);
});
