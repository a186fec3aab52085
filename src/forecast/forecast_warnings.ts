/** What is odd about a forecast. */
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import type { EventAnswer } from "./events.ts";
import type { SeriesForecast, SeriesRequest } from "./forecast.ts";
import type { Warning } from "./warning.ts";

/** From where forecasts are odd. */
export interface ForecastLimits {
  /** Times the recent range that a price may be from the last close. */
  readonly rangeFactor: number;
  /** Paths that an event's rarer outcome needs. */
  readonly eventPaths: number;
}

const HIGH = 1;
const LOW = 2;

/** Candles that the recent range is taken from at least; as many as there are steps where those are more. */
const LEAST_RANGE_CANDLES = 16;

/** From the lowest low to the highest high of the latest candles. */
function recentRange({ candles, horizon }: SeriesRequest): number {
  const latest = candles.subarray(-Math.max(horizon, LEAST_RANGE_CANDLES) * FEATURES);
  let [top, bottom] = [-Infinity, Infinity];
  for (let row = 0; row < latest.length; row += FEATURES) {
    top = Math.max(top, latest[row + HIGH]);
    bottom = Math.min(bottom, latest[row + LOW]);
  }
  return top - bottom;
}

/** The first step with a price further from the last close; -1 for none. */
function firstBeyond(rows: Float64Array, lastClose: number, reach: number): number {
  for (let row = 0; row < rows.length; row += FEATURES) {
    const [high, low] = [rows[row + HIGH], rows[row + LOW]];
    if (Math.max(Math.abs(high - lastClose), Math.abs(low - lastClose)) > reach) {
      return row / FEATURES;
    }
  }
  return -1;
}

function rangeWarnings(
  request: SeriesRequest,
  { mean, quantiles }: SeriesForecast,
  factor: number,
): Warning[] {
  const range = recentRange(request);
  if (range === 0) return []; // every step leaves it; a constant input has its own warning
  const lastClose = request.candles[request.candles.length - FEATURES + CLOSE];
  const all: [field: string, rows: Float64Array][] = [
    ["prediction", mean],
    ...quantiles.map((rows, i): [string, Float64Array] => [
      `quantiles.${request.quantiles[i]}`,
      rows,
    ]),
  ];
  return all.flatMap(([field, rows]): Warning[] => {
    const index = firstBeyond(rows, lastClose, factor * range);
    if (index < 0) return [];
    return [{
      code: "beyond_recent_range",
      message: `from this step on, prices are more than ${factor} times the range of the latest ` +
        "candles from the last close",
      field,
      index,
    }];
  });
}

/** Why paths are too few for an event; null where they are enough. */
function tooFew(answer: EventAnswer, paths: number, least: number): string | null {
  if ("probability" in answer) {
    const happens = Math.round(answer.probability * paths);
    const rarer = Math.min(happens, paths - happens);
    return rarer >= least
      ? null
      : `it happens on ${happens} of ${paths} paths: with fewer than ${least} either way the ` +
        "probability is rough";
  }
  // Beyond the outermost path a quantile is that path.
  const beyond = answer.levels.find((level) => {
    const position = level * (paths + 1);
    return position < 1 || position > paths;
  });
  return beyond === undefined ? null : `${paths} paths do not reach to the quantile ${beyond}`;
}

/** Warnings about a forecast: prices far from the recent ones, then events with too few paths. */
export function forecastWarnings(
  request: SeriesRequest,
  forecast: SeriesForecast,
  { rangeFactor, eventPaths }: ForecastLimits,
): Warning[] {
  const few = forecast.events.flatMap((answer, index): Warning[] => {
    const message = tooFew(answer, request.paths, eventPaths);
    return message === null ? [] : [{ code: "few_paths", message, field: "events", index }];
  });
  return [...rangeWarnings(request, forecast, rangeFactor), ...few];
}
