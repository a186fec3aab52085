/** What a forecast is asked for and what it answers with; known to HTTP and the command line. */
import type { ContextPolicy, Sampling } from "../inference/engine.ts";

/** One series to forecast. Values are valid: whoever builds it has checked them. */
export interface SeriesRequest {
  /** Raw candles `[time, 6]`: open, high, low, close, volume, amount. */
  readonly candles: Float64Array;
  /** Time features of input and horizon, `[time + horizon, 5]`. */
  readonly stamps: Int32Array;
  /** Steps to forecast. */
  readonly horizon: number;
  readonly sampling: Sampling;
  /** Sample paths to draw. */
  readonly paths: number;
  readonly seed: number;
  /** Levels in (0, 1), in the order to answer them. */
  readonly quantiles: readonly number[];
  readonly includeSamples: boolean;
  /** The model's output untouched: candles are not made consistent, cheap columns not scaled. */
  readonly raw: boolean;
  readonly policy: ContextPolicy;
}

/** Milliseconds spent on one series. */
export interface PhaseTimings {
  readonly queueMs: number;
  readonly tokenizeMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly totalMs: number;
}

/** The forecast of one series, in the units of its input. */
export interface SeriesForecast {
  /** Mean over the paths, `[horizon, 6]`. */
  readonly mean: Float64Array;
  /** One `[horizon, 6]` for each requested level, in the requested order. */
  readonly quantiles: readonly Float64Array[];
  /** Every path, `[paths, horizon, 6]`; null unless asked for. */
  readonly samples: Float64Array | null;
  readonly timings: PhaseTimings;
}

/** The only way to a forecast. */
export interface Forecaster {
  /**
   * Forecasts several series as one request: all or nothing.
   *
   * @param signal aborts the work before its next chunk; the promise rejects with its reason
   * @throws InferenceFailedError where the model fails
   */
  forecast(series: readonly SeriesRequest[], signal: AbortSignal): Promise<SeriesForecast[]>;
}
