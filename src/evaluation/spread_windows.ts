import type { EvaluationSeries } from "./evaluation_series.ts";

/** A part of a series: a context, and the candles after it to compare a forecast with. */
export interface Window {
  /** Where it lies. */
  readonly series: EvaluationSeries;
  /** Index of the first candle to forecast; the context ends before it. */
  readonly start: number;
}

/** Which windows to take. */
export interface WindowChoice {
  /** Windows of one file at most. */
  readonly count: number;
  /** Candles before the first forecast one. */
  readonly context: number;
  /** Candles to forecast. */
  readonly horizon: number;
  /** Forecast candles are not before it, in milliseconds. */
  readonly from: number;
  /** Forecast candles are before it, in milliseconds. */
  readonly to: number;
}

/** Fractions of its multiples fill (0, 1) evenly, however many are taken. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** The first index whose time is at least `time`. */
function firstAt(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Windows of the series of one file, spread evenly: as many of each series as of any other, up to one,
 * and at even distances over the time in which a window fits, each series with an offset of its own.
 * They may overlap where a series is short.
 */
export function spreadWindows(
  series: readonly EvaluationSeries[],
  { count, context, horizon, from, to }: WindowChoice,
): Window[] {
  const fitting = series.flatMap((one) => {
    const first = Math.max(context, firstAt(one.times, from));
    const places = firstAt(one.times, to) - horizon - first + 1;
    return places < 1 ? [] : [{ series: one, first, places }];
  });
  return fitting.flatMap(({ series, first, places }, index) => {
    const upTo = (i: number): number => Math.floor(i * count / fitting.length);
    const taken = Math.min(places, upTo(index + 1) - upTo(index));
    const offset = (index + 1) * GOLDEN_RATIO % 1;
    return Array.from({ length: taken }, (_, i) => ({
      series,
      start: first + Math.floor((i + offset) / taken * places),
    }));
  });
}
