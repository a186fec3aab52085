/** Forecasts of windows, by the forecaster that serves. */
import type { Claim } from "../forecast/fair_share.ts";
import type { Forecaster, SeriesRequest } from "../forecast/forecast.ts";
import type { ContextPolicy, Sampling } from "../inference/engine.ts";
import { CLOSE, FEATURES, TIME_FEATURES, VOLUME } from "../kronos/architecture.ts";
import { timeFeatures } from "../kronos/time_features.ts";
import type { Window } from "./spread_windows.ts";

/** How windows are forecast. */
export interface WindowForecastOptions {
  /** Candles of the context. */
  readonly context: number;
  /** Steps. */
  readonly horizon: number;
  /** Sample paths. */
  readonly paths: number;
  /** How tokens are drawn. */
  readonly sampling: Sampling;
  /** What happens past the model's context. */
  readonly policy: ContextPolicy;
  /** Fixes the random numbers, with the window's place in the list. */
  readonly seed: number;
  /** Requests on the way at a time. */
  readonly concurrency: number;
  /** Whether to look at candles as the model draws them, which costs another forecast of few paths. */
  readonly looksAtRaw: boolean;
  /** Ends the work; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Whose time it takes, and until when it is of use. */
  readonly claim?: Claim;
  /** Told when a replica takes the first window. */
  readonly onStart?: () => void;
  /**
   * Told of each window that is done with its whole paths, `[paths, horizon, 6]`, which are not kept, and
   * its place in the list; a throw ends the work.
   */
  readonly onPaths?: (forecast: WindowForecast, samples: Float64Array, index: number) => void;
  /** Told of each window that is done, and its place in the list; a throw ends the work. */
  readonly onForecast?: (forecast: WindowForecast, index: number) => void;
}

/** What the service would have answered, and what it is compared with. */
export interface WindowForecast {
  /** What was forecast. */
  readonly window: Window;
  /** Raw candles of the context, `[context, 6]`. */
  readonly context: Float64Array;
  /** Raw candles that came, `[horizon, 6]`. */
  readonly actual: Float64Array;
  /** Closes, `[paths, horizon]`. */
  readonly closes: Float64Array;
  /** Mean volume over the paths, `[horizon]`. */
  readonly volume: Float64Array;
  /**
   * Share of candles, as the model draws them, whose high or low does not hold the others; null where
   * they were not looked at.
   */
  readonly inconsistent: number | null;
}

/** Paths that are looked at raw: a share needs no more, and every path would cost the whole forecast again. */
const RAW_PATHS = 4;

/** Time features of wall clocks in milliseconds, `[times, 5]`. */
function stampsOf(times: Float64Array): Int32Array {
  const stamps = new Int32Array(times.length * TIME_FEATURES);
  times.forEach((time, i) => {
    const date = new Date(time);
    const features = timeFeatures({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
    });
    stamps.set(features, i * TIME_FEATURES);
  });
  return stamps;
}

function column(rows: Float64Array, index: number): Float64Array {
  return Float64Array.from(
    { length: rows.length / FEATURES },
    (_, r) => rows[r * FEATURES + index],
  );
}

/** Share of `[rows, 6]` candles whose high is not the greatest or whose low is not the least. */
export function inconsistentShare(candles: Float64Array): number {
  let inconsistent = 0;
  for (let row = 0; row < candles.length; row += FEATURES) {
    const [open, high, low, close] = candles.subarray(row, row + FEATURES);
    if (high < Math.max(open, close) || low > Math.min(open, close)) inconsistent++;
  }
  return inconsistent / (candles.length / FEATURES);
}

/**
 * What the service would be asked.
 *
 * @param index the window's place in the list
 */
export function windowRequest(
  { series, start }: Window,
  index: number,
  { context, horizon, paths, sampling, policy, seed }: Pick<
    WindowForecastOptions,
    "context" | "horizon" | "paths" | "sampling" | "policy" | "seed"
  >,
): SeriesRequest {
  return {
    candles: series.candles.slice((start - context) * FEATURES, start * FEATURES),
    stamps: stampsOf(series.times.subarray(start - context, start + horizon)),
    horizon,
    sampling,
    paths,
    seed: seed + index,
    quantiles: [],
    includeSamples: true,
    raw: false,
    policy,
  };
}

async function forecastWindow(
  forecaster: Forecaster,
  window: Window,
  index: number,
  options: WindowForecastOptions,
  signal: AbortSignal,
): Promise<WindowForecast> {
  const { series, start } = window;
  const { horizon, paths, looksAtRaw, onPaths, onStart, claim } = options;
  const request = windowRequest(window, index, options);
  const raw = { ...request, paths: Math.min(paths, RAW_PATHS), raw: true };
  const [served, untouched] = await forecaster.forecast(
    looksAtRaw ? [request, raw] : [request],
    signal,
    onStart === undefined ? {} : { onStart },
    claim,
  );
  const forecast: WindowForecast = {
    window,
    context: request.candles,
    actual: series.candles.slice(start * FEATURES, (start + horizon) * FEATURES),
    closes: column(served.samples!, CLOSE),
    volume: column(served.mean, VOLUME),
    inconsistent: looksAtRaw ? inconsistentShare(untouched.samples!) : null,
  };
  onPaths?.(forecast, served.samples!, index);
  return forecast;
}

/**
 * Forecasts windows, several at a time; the answers in the order of the windows.
 *
 * @throws what the forecaster throws for the first window that fails; the others are given up
 */
export async function forecastWindows(
  forecaster: Forecaster,
  windows: readonly Window[],
  options: WindowForecastOptions,
): Promise<WindowForecast[]> {
  const forecasts = new Array<WindowForecast>(windows.length);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...options.signal ? [options.signal] : []]);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < windows.length) {
      signal.throwIfAborted();
      const index = next++;
      forecasts[index] = await forecastWindow(
        forecaster,
        windows[index],
        index,
        options,
        signal,
      );
      options.onForecast?.(forecasts[index], index);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  return forecasts;
}
