/** The answer of a prediction: its body and its headers. */
import type { EventAnswer } from "../forecast/events.ts";
import type { PhaseTimings, SeriesForecast } from "../forecast/forecast.ts";
import { forecastWarnings } from "../forecast/forecast_warnings.ts";
import type { Warning } from "../forecast/warning.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { SeriesEndpoint } from "./parse_request.ts";
import { slowestTimings } from "./request_phases.ts";
import type { ValidSeries } from "./validate_series.ts";

/** Characters of X-Kronos-Seed at most: proxies refuse long headers. */
const MAX_SEED_HEADER_CHARACTERS = 4000;

/** Stands in X-Kronos-Seed for more seeds than a header takes; every item then carries its own. */
const TOO_MANY_SEEDS = "see-answer";

/** What the answer says of one series; it can be sent to another thread. */
export interface AnsweredSeries {
  /** As sent; null where none was. */
  readonly seriesId: string | null;
  /** As sent, one for each step. */
  readonly timestamps: readonly string[];
  /** Levels, as many as the forecast has quantiles. */
  readonly levels: readonly number[];
  /** What is odd about input and forecast; null where the answer need not say. */
  readonly warnings: readonly Warning[] | null;
  /** Null where the answer does not carry it. */
  readonly seed: number | null;
  /** The numbers. */
  readonly forecast: Pick<SeriesForecast, "mean" | "quantiles" | "samples" | "events">;
  /** Where the time went: told at the end of a stream, which has sent its headers long before. */
  readonly timings: PhaseTimings;
}

/** What the body of an answer says. */
export interface PredictionAnswer {
  /** A batch answers with an array. */
  readonly endpoint: SeriesEndpoint;
  /** In the order of the request. */
  readonly series: readonly AnsweredSeries[];
  /** Of whom it is. */
  readonly info: Pick<ModelInfo, "modelVersion" | "tokenizerVersion">;
}

/** One object for each row of `[rows, 6]`, stamped in their order. */
export function candleRows(rows: Float64Array, timestamps: readonly string[]): object[] {
  return timestamps.slice(0, rows.length / FEATURES).map((timestamp, step) => {
    const [open, high, low, close, volume, amount] = rows.subarray(step * FEATURES);
    return { timestamp, open, high, low, close, volume, amount };
  });
}

/** The event as it was asked for, and how likely it is or what comes of it. */
function eventDocument(answer: EventAnswer): object {
  const { event, standardError: standard_error } = answer;
  if ("probability" in answer) {
    return { ...event, probability: answer.probability, standard_error };
  }
  const { expected, levels, quantiles } = answer;
  return { ...event, expected, standard_error, quantiles: byLevel(levels, quantiles) };
}

/** One value for each level, by the level as JavaScript prints it. */
export function byLevel(levels: readonly number[], values: readonly unknown[]): object {
  return Object.fromEntries(levels.map((level, i) => [String(level), values[i]]));
}

function seriesDocument(
  { seriesId, timestamps, levels, warnings, seed, forecast }: AnsweredSeries,
  info: PredictionAnswer["info"],
): Readonly<Record<string, unknown>> {
  const size = timestamps.length * FEATURES;
  const { mean, quantiles, samples, events } = forecast;
  return {
    series_id: seriesId,
    prediction: candleRows(mean, timestamps),
    model_version: info.modelVersion,
    tokenizer_version: info.tokenizerVersion,
    ...(levels.length === 0 ? {} : {
      quantiles: byLevel(levels, quantiles.map((rows) => candleRows(rows, timestamps))),
    }),
    ...(samples === null ? {} : {
      samples: Array.from(
        { length: samples.length / size },
        (_, path) => candleRows(samples.subarray(path * size, (path + 1) * size), timestamps),
      ),
    }),
    ...(events.length === 0 ? {} : { events: events.map(eventDocument) }),
    ...(warnings === null ? {} : { warnings }),
    ...(seed === null ? {} : { seed }),
  };
}

/** What is left to say of a series whose candles were sent step by step. */
function summaryDocument(series: AnsweredSeries, info: PredictionAnswer["info"]): object {
  const { prediction: _sent, quantiles: _too, ...rest } = seriesDocument(series, info);
  const { queueMs, tokenizeMs, prefillMs, decodeMs, totalMs } = series.timings;
  return {
    ...rest,
    steps: series.timestamps.length,
    timings: {
      queue_ms: queueMs,
      tokenize_ms: tokenizeMs,
      prefill_ms: prefillMs,
      decode_ms: decodeMs,
      total_ms: totalMs,
    },
  };
}

/** The JSON of an answer; the same on any thread. */
export function answerText({ endpoint, series, info }: PredictionAnswer): string {
  if (endpoint === "stream") return JSON.stringify(summaryDocument(series[0], info));
  const documents = series.map((one) => seriesDocument(one, info));
  return JSON.stringify(endpoint === "single" ? documents[0] : documents);
}

/** Candles of an answer: means, quantiles and paths. */
export function answerRows({ series }: PredictionAnswer): number {
  return series.reduce(
    (sum, { timestamps, levels, forecast: { samples } }) =>
      sum + timestamps.length * (1 + levels.length) + (samples?.length ?? 0) / FEATURES,
    0,
  );
}

/** The seeds used, in the order of the series; one where all are the same. */
function seedHeader(valid: readonly ValidSeries[]): string {
  const seeds = valid.map(({ request }) => request.seed);
  if (new Set(seeds).size === 1) return String(seeds[0]);
  const all = seeds.join(",");
  return all.length <= MAX_SEED_HEADER_CHARACTERS ? all : TOO_MANY_SEEDS;
}

/** Server-Timing: phases of the slowest series and the whole request, in milliseconds. */
function serverTiming(forecasts: readonly SeriesForecast[], totalMs: number): string {
  const slowest = slowestTimings(forecasts);
  const phases = {
    queue: slowest.queueMs,
    tokenize: slowest.tokenizeMs,
    prefill: slowest.prefillMs,
    decode: slowest.decodeMs,
    total: totalMs,
  };
  return Object.entries(phases).map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`).join(", ");
}

/**
 * The headers of a prediction, and what its body says.
 *
 * @param totalMs since the request came
 */
export function predictionAnswer(
  endpoint: SeriesEndpoint,
  valid: readonly ValidSeries[],
  forecasts: readonly SeriesForecast[],
  { modelVersion, tokenizerVersion }: ModelInfo,
  totalMs: number,
): { readonly headers: Readonly<Record<string, string>>; readonly answer: PredictionAnswer } {
  const seeds = seedHeader(valid);
  const series = valid.map(
    ({ seriesId, predictionTimestamps, warnings, warningLimits, asksForSeed, request }, i) => {
      const { mean, quantiles, samples, events, timings } = forecasts[i];
      return {
        seriesId,
        timestamps: predictionTimestamps,
        levels: request.quantiles,
        warnings: warnings === null
          ? null
          : [...warnings, ...forecastWarnings(request, forecasts[i], warningLimits)],
        seed: asksForSeed || endpoint === "stream" || seeds === TOO_MANY_SEEDS
          ? request.seed
          : null,
        forecast: { mean, quantiles, samples, events },
        timings,
      };
    },
  );
  return {
    headers: {
      "X-Kronos-Seed": seeds,
      "Server-Timing": serverTiming(forecasts, totalMs),
    },
    answer: { endpoint, series, info: { modelVersion, tokenizerVersion } },
  };
}
