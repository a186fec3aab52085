/** What a forecast is asked for and what it answers with; known to HTTP and the command line. */
import type { ContextPolicy, Sampling } from "../inference/engine.ts";
import type { EventAnswer, ForecastEvent } from "./events.ts";
import type { Claim } from "./fair_share.ts";

/** One series to forecast. Values are valid: whoever builds it has checked them. */
export interface SeriesRequest {
  /** Raw candles `[time, 6]`: open, high, low, close, volume, amount. */
  readonly candles: Float64Array;
  /** Time features of input and horizon, `[time + horizon, 5]`. */
  readonly stamps: Int32Array;
  /** Steps to forecast. */
  readonly horizon: number;
  /** How each token is drawn. */
  readonly sampling: Sampling;
  /** Sample paths to draw. */
  readonly paths: number;
  /** 0 to 2^53 - 1: fixes every random number of the series. */
  readonly seed: number;
  /** Levels in (0, 1), in the order to answer them. */
  readonly quantiles: readonly number[];
  /** What to answer the probability of, in the order to answer it; absent: nothing. */
  readonly events?: readonly ForecastEvent[];
  /** Whether to answer every path. */
  readonly includeSamples: boolean;
  /** The model's output untouched: candles are not made consistent, cheap columns not scaled. */
  readonly raw: boolean;
  /** What happens past the context. */
  readonly policy: ContextPolicy;
}

/** Milliseconds spent on one series. */
export interface PhaseTimings {
  /** Waiting for its turn, between its chunks too: what is left of the total. */
  readonly queueMs: number;
  /** The first of these waits: from its submission until a replica took it. */
  readonly firstWaitMs: number;
  /** Candles to tokens. */
  readonly tokenizeMs: number;
  /** Filling the key/value cache. */
  readonly prefillMs: number;
  /** The decode calls it was in, which it may have shared with others. */
  readonly decodeMs: number;
  /** From its submission to its last chunk. */
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
  /** One for each event, in the requested order. */
  readonly events: readonly EventAnswer[];
  /** Where the time went. */
  readonly timings: PhaseTimings;
}

/** Steps of one series that are final, though later ones are not known yet. */
export interface ForecastSteps {
  /** Which series of the request. */
  readonly series: number;
  /** The first of the steps, from 0. */
  readonly firstStep: number;
  /** Mean over the paths, `[steps, 6]`; at least one step. */
  readonly mean: Float64Array;
  /** One `[steps, 6]` for each requested level, in the requested order. */
  readonly quantiles: readonly Float64Array[];
}

/** Who is told how a forecast goes on; a throw fails the forecast. */
export interface ForecastProgress {
  /** A replica takes the first of the series. */
  onStart?(): void;
  /** Steps are final; of each series every step once, in order. */
  onSteps?(steps: ForecastSteps): void;
}

/** The only way to a forecast. */
export interface Forecaster {
  /**
   * Forecasts several series as one request: all or nothing.
   *
   * @param signal aborts the work before its next chunk; the promise rejects with its reason
   * @param progress told when it is begun, and of each series' steps as they are final
   * @param claim whose time it takes, and until when it is of use
   * @throws InferenceFailedError where the model fails
   */
  forecast(
    series: readonly SeriesRequest[],
    signal: AbortSignal,
    progress?: ForecastProgress,
    claim?: Claim,
  ): Promise<SeriesForecast[]>;
}
