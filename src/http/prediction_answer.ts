/** The answer of a prediction: its body and its headers. */
import type { PhaseTimings, SeriesForecast } from "../forecast/forecast.ts";
import { inputWarnings } from "../forecast/input_warnings.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { ValidSeries } from "./validate_series.ts";

/** Characters of X-Kronos-Seed at most: proxies refuse long headers. */
const MAX_SEED_HEADER_CHARACTERS = 4000;

/** Stands in X-Kronos-Seed for more seeds than a header takes; every item then carries its own. */
const TOO_MANY_SEEDS = "see-answer";

/** One object for each row of `[rows, 6]`. */
function candleRows(rows: Float64Array, { predictionTimestamps }: ValidSeries): object[] {
  return predictionTimestamps.map(({ text: timestamp }, step) => {
    const [open, high, low, close, volume, amount] = rows.subarray(step * FEATURES);
    return { timestamp, open, high, low, close, volume, amount };
  });
}

function answerOf(
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

/** The seeds used, in the order of the series; one where all are the same. */
function seedHeader(valid: readonly ValidSeries[]): string {
  const seeds = valid.map(({ request }) => request.seed);
  if (new Set(seeds).size === 1) return String(seeds[0]);
  const all = seeds.join(",");
  return all.length <= MAX_SEED_HEADER_CHARACTERS ? all : TOO_MANY_SEEDS;
}

/** Server-Timing: phases of the slowest series and the whole request, in milliseconds. */
function serverTiming(forecasts: readonly SeriesForecast[], totalMs: number): string {
  const slowest: PhaseTimings = forecasts.map(({ timings }) => timings)
    .reduce((a, b) => a.totalMs >= b.totalMs ? a : b);
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
 * The headers of a prediction, and an answer for each series.
 *
 * @param totalMs since the request came
 */
export function predictionAnswer(
  valid: readonly ValidSeries[],
  forecasts: readonly SeriesForecast[],
  info: ModelInfo,
  totalMs: number,
): { readonly headers: Readonly<Record<string, string>>; readonly answers: readonly object[] } {
  const seeds = seedHeader(valid);
  return {
    headers: { "X-Kronos-Seed": seeds, "Server-Timing": serverTiming(forecasts, totalMs) },
    answers: forecasts.map((forecast, i) =>
      answerOf(valid[i], forecast, info, valid[i].asksForSeed || seeds === TOO_MANY_SEEDS)
    ),
  };
}
