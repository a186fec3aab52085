/** The prediction routes. */
import { CircuitOpenError, OverloadedError } from "../forecast/errors.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { ClientGoneError, type ErrorType, modelNotReady, toApiError } from "./errors.ts";
import { predictionAnswer } from "./prediction_answer.ts";
import type { Endpoint } from "./parse_request.ts";
import { readBody } from "./read_body.ts";
import { loggedPhases, slowestTimings, tracedPhases } from "./request_phases.ts";
import { Visit } from "./visit.ts";

/** Errors of requests that are turned away before they are admitted. */
const REFUSALS: ReadonlySet<ErrorType> = new Set([
  "ModelNotReady",
  "Overloaded",
  "CircuitOpen",
  "Draining",
]);

/** A seed of all 53 bits. */
function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}

/** Refuses at once while the model is given a rest: before a body is read, and whatever is in it. */
function throwWhereCircuitIsOpen({ service: { circuit: { retryAfterMs } } }: AppParts): void {
  if (retryAfterMs !== null) throw new CircuitOpenError(retryAfterMs);
}

/** How much a request asks for: series, candles of input, steps and paths of forecast. */
function sizeOf(requests: readonly SeriesRequest[]) {
  const sum = (of: (request: SeriesRequest) => number): number =>
    requests.reduce((all, request) => all + of(request), 0);
  return {
    series: requests.length,
    candles: sum(({ candles }) => candles.length / FEATURES),
    steps: sum(({ horizon }) => horizon),
    paths: sum(({ paths }) => paths),
  };
}

/** Reads, validates, forecasts and answers one prediction request. */
async function predict(
  c: Context,
  parts: AppParts,
  endpoint: Endpoint,
  visit: Visit,
): Promise<Response> {
  throwWhereCircuitIsOpen(parts);
  const { config, metrics, service, jsonThread } = parts;
  const body = await visit.unlessEnded(readBody(c.req.raw, config.maxRequestSizeMb));
  visit.sized(body.length);
  const logged = c.get("logged");
  logged.request_bytes = body.length;
  const { model } = service;
  const context = model === null ? null : { config, info: model.info, seed: randomSeed() };
  const valid = await visit.unlessEnded(jsonThread.parse(endpoint, body, context));
  if (model === null) throw modelNotReady();
  const requests = valid.map(({ request }) => request);
  visit.admit(requests);
  const size = sizeOf(requests);
  Object.assign(logged, size);
  metrics.inputSize.observe({ endpoint }, size.candles);
  const submittedAt = performance.now();
  const forecasts = await model.forecaster.forecast(requests, visit.signal, () => visit.start());
  metrics.inference.observe({ endpoint }, (performance.now() - submittedAt) / 1000);
  for (const { timings: { queueMs, tokenizeMs, prefillMs, decodeMs } } of forecasts) {
    metrics.queueSeconds.observe(queueMs / 1000);
    metrics.prefill.observe((tokenizeMs + prefillMs) / 1000);
    metrics.decode.observe(decodeMs / 1000);
  }
  const timings = slowestTimings(forecasts);
  logged.phases_ms = loggedPhases(timings);
  c.get("trace").phases(tracedPhases(timings, submittedAt));
  const totalMs = performance.now() - visit.arrivedAt;
  const { headers, answer } = predictionAnswer(endpoint, valid, forecasts, model.info, totalMs);
  const text = await visit.unlessEnded(jsonThread.write(answer));
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  logged.response_bytes = bytes.length;
  service.recordPrediction(true);
  return c.body(bytes, 200, { ...headers, "Content-Type": "application/json" });
}

/** Counts a request that was not answered with a forecast. */
function recordFailure(
  { metrics, service, ledger }: AppParts,
  thrown: unknown,
  route: string,
  endpoint: Endpoint,
  visit: Visit | null,
): void {
  if (thrown instanceof ClientGoneError) {
    metrics.requests.inc({ route, status: "error" });
    metrics.clientsGone.inc({ endpoint });
    return;
  }
  const { type } = toApiError(thrown);
  const timeout = type === "InferenceTimeout";
  metrics.requests.inc({ route, status: timeout ? "timeout" : "error" });
  if (timeout) metrics.timeouts.inc({ endpoint });
  if (type === "PayloadTooLarge") metrics.sizeRejections.inc();
  const admitted = visit?.accepted === true;
  if (!admitted && REFUSALS.has(type)) ledger.refuse();
  if (admitted ? visit?.outcomeOf(thrown) === "refused" : REFUSALS.has(type)) {
    metrics.rejections.inc({ reason: thrown instanceof OverloadedError ? thrown.reason : type });
  }
  if (type === "InferenceFailed" || type === "InternalError") service.recordPrediction(false);
}

/** One prediction request: through the gates, and into the metrics and the books. */
export async function measuredPrediction(
  c: Context,
  parts: AppParts,
  endpoint: Endpoint,
): Promise<Response> {
  const { metrics } = parts;
  const route = c.req.path;
  const end = metrics.requestDuration.startTimer({ route });
  metrics.concurrent.inc();
  let visit: Visit | null = null;
  try {
    visit = new Visit(c, parts);
    const response = await predict(c, parts, endpoint, visit);
    metrics.requests.inc({ route, status: "success" });
    visit.leave(null);
    return response;
  } catch (thrown) {
    recordFailure(parts, thrown, route, endpoint, visit);
    visit?.leave(thrown);
    throw thrown;
  } finally {
    metrics.concurrent.dec();
    end();
  }
}
