/** The prediction routes. */
import { DeadlineExceededError, ModelNotReadyError } from "../forecast/errors.ts";
import type { PhaseTimings, SeriesForecast } from "../forecast/forecast.ts";
import { inputWarnings } from "../forecast/input_warnings.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { FEATURES } from "../kronos/architecture.ts";
import { type Context, deliveryOf } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { modelNotReady, toApiError, validationError } from "./errors.ts";
import { readJsonBody } from "./read_body.ts";
import { type ValidationContext, type ValidSeries } from "./validate_series.ts";

/** The name of a prediction endpoint, as metrics label it. */
export type Endpoint = "single" | "batch";

/** Characters of X-Kronos-Seed at most: proxies refuse long headers. */
const MAX_SEED_HEADER_CHARACTERS = 4000;

/** The client went away; nobody reads the answer. */
class ClientGoneError extends Error {
  override name = "ClientGoneError";
}

/** A seed of all 53 bits. */
function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}

/** One object for each row of `[rows, 6]`. */
function candleRows(rows: Float64Array, { predictionTimestamps }: ValidSeries): object[] {
  return predictionTimestamps.map(({ text: timestamp }, step) => {
    const [open, high, low, close, volume, amount] = rows.subarray(step * FEATURES);
    return { timestamp, open, high, low, close, volume, amount };
  });
}

function answer(
  series: ValidSeries,
  forecast: SeriesForecast,
  info: ModelInfo,
  withSeed: boolean,
): object {
  const { request: { quantiles, horizon, seed, candles }, timestamps } = series;
  const size = horizon * FEATURES;
  const { samples } = forecast;
  return {
    series_id: series.seriesId,
    prediction: candleRows(forecast.mean, series),
    model_version: info.modelVersion,
    tokenizer_version: info.tokenizerVersion,
    ...(quantiles.length === 0 ? {} : {
      quantiles: Object.fromEntries(
        quantiles.map((level, i) => [String(level), candleRows(forecast.quantiles[i], series)]),
      ),
    }),
    ...(samples === null ? {} : {
      samples: Array.from(
        { length: samples.length / size },
        (_, path) => candleRows(samples.subarray(path * size, (path + 1) * size), series),
      ),
    }),
    ...(series.includeWarnings
      ? { warnings: inputWarnings(candles, timestamps.map(({ micros }) => micros)) }
      : {}),
    ...(withSeed ? { seed } : {}),
  };
}

/** The client's own deadline in milliseconds from arrival; null without one. */
function clientDeadline(c: Context): number | null {
  const header = c.req.header("x-request-deadline-ms");
  if (header === undefined) return null;
  if (/^\d{1,15}$/.test(header) && Number(header) > 0) return Number(header);
  throw validationError([{
    message: "X-Request-Deadline-Ms must be a whole number of milliseconds above 0",
    field: "X-Request-Deadline-Ms",
    value: header.slice(0, 100),
    constraint: "positive_integer",
  }]);
}

/** A signal that aborts at the deadline or when the client leaves; `done` ends both. */
function deadline(
  c: Context,
  { config }: AppParts,
  arrived: number,
): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController();
  const elapsed = performance.now() - arrived;
  const budget = Math.min(
    config.requestTimeoutS * 1000 - elapsed,
    config.inferenceTimeoutS * 1000,
    (clientDeadline(c) ?? Infinity) - elapsed,
  );
  const timer = setTimeout(
    () =>
      controller.abort(
        new DeadlineExceededError("The deadline passed before the forecast was done"),
      ),
    Math.max(0, budget),
  );
  deliveryOf(c).then((delivered) => {
    // After `done` nobody listens to the signal.
    if (!delivered) controller.abort(new ClientGoneError("The client went away"));
  });
  return { signal: controller.signal, done: () => clearTimeout(timer) };
}

function slowest(forecasts: readonly SeriesForecast[]): PhaseTimings {
  return forecasts.map(({ timings }) => timings).reduce((a, b) => a.totalMs >= b.totalMs ? a : b);
}

function serverTiming(timings: PhaseTimings, totalMs: number): string {
  const phases = {
    queue: timings.queueMs,
    tokenize: timings.tokenizeMs,
    prefill: timings.prefillMs,
    decode: timings.decodeMs,
    total: totalMs,
  };
  return Object.entries(phases).map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`).join(", ");
}

/** Stands in X-Kronos-Seed for more seeds than a header takes; every item then carries its own. */
const TOO_MANY_SEEDS = "see-answer";

/** The seeds used, in the order of the series; one where all are the same. */
function seedHeader(valid: readonly ValidSeries[]): string {
  const seeds = valid.map(({ request }) => request.seed);
  if (new Set(seeds).size === 1) return String(seeds[0]);
  const all = seeds.join(",");
  return all.length <= MAX_SEED_HEADER_CHARACTERS ? all : TOO_MANY_SEEDS;
}

/** Reads, validates, forecasts and answers one prediction request. */
async function predict(
  c: Context,
  parts: AppParts,
  endpoint: Endpoint,
  validate: (document: unknown, context: ValidationContext) => ValidSeries[],
): Promise<Response> {
  const { config, metrics, service } = parts;
  const arrived = performance.now();
  const { signal, done } = deadline(c, parts, arrived);
  try {
    const document = await readJsonBody(c.req.raw, config.maxRequestSizeMb);
    const { model } = service;
    if (model === null || service.readiness !== "ok") throw modelNotReady();
    const valid = validate(document, { config, info: model.info, seed: randomSeed() });
    const requests = valid.map(({ request }) => request);
    const candles = requests.reduce((sum, request) => sum + request.candles.length / FEATURES, 0);
    metrics.inputSize.observe({ endpoint }, candles);
    const started = performance.now();
    const forecasts = await model.forecaster.forecast(requests, signal);
    metrics.inference.observe({ endpoint }, (performance.now() - started) / 1000);
    for (const { timings: { tokenizeMs, prefillMs, decodeMs } } of forecasts) {
      metrics.prefill.observe((tokenizeMs + prefillMs) / 1000);
      metrics.decode.observe(decodeMs / 1000);
    }
    service.recordPrediction(true);
    const seeds = seedHeader(valid);
    c.header("X-Kronos-Seed", seeds);
    c.header("Server-Timing", serverTiming(slowest(forecasts), performance.now() - arrived));
    const answers = forecasts.map((forecast, i) =>
      answer(valid[i], forecast, model.info, valid[i].asksForSeed || seeds === TOO_MANY_SEEDS)
    );
    return c.json(endpoint === "single" ? answers[0] : answers);
  } finally {
    done();
  }
}

/** Like `predict()`, with its outcome in the metrics. */
export async function measuredPrediction(
  c: Context,
  parts: AppParts,
  endpoint: Endpoint,
  validate: (document: unknown, context: ValidationContext) => ValidSeries[],
): Promise<Response> {
  const { metrics, service } = parts;
  const route = c.req.path;
  const end = metrics.requestDuration.startTimer({ route });
  metrics.concurrent.inc();
  try {
    const response = await predict(c, parts, endpoint, validate);
    metrics.requests.inc({ route, status: "success" });
    return response;
  } catch (thrown) {
    const { type } = toApiError(thrown);
    const timeout = type === "InferenceTimeout";
    metrics.requests.inc({ route, status: timeout ? "timeout" : "error" });
    if (timeout) metrics.timeouts.inc({ endpoint });
    if (type === "PayloadTooLarge") metrics.sizeRejections.inc();
    const ours = type === "InferenceFailed" || type === "InternalError" || timeout;
    if (ours && !(thrown instanceof ClientGoneError)) service.recordPrediction(false);
    if (thrown instanceof ClientGoneError) throw new ModelNotReadyError(thrown.message);
    throw thrown;
  } finally {
    metrics.concurrent.dec();
    end();
  }
}
