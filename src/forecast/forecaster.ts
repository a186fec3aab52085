/** From raw candles to a forecast of them: what happens before and after the model runs. */
import { FEATURES } from "../kronos/architecture.ts";
import {
  columnScales,
  columnStatistics,
  denormalize,
  normalize,
  scaleColumns,
} from "../kronos/features.ts";
import type { Engine, SeriesInput } from "../inference/engine.ts";
import { makeCandlesConsistent } from "./consistent_candles.ts";
import { InferenceFailedError } from "./errors.ts";
import type { Forecaster, PhaseTimings, SeriesForecast, SeriesRequest } from "./forecast.ts";
import { meanOverPaths } from "./mean_over_paths.ts";
import type { SeriesJob } from "./pending_request.ts";
import { quantilesOverPaths } from "./quantiles.ts";
import { type QueueFacts, Scheduler, type SchedulerSettings } from "./scheduler.ts";

/** What a forecaster is made of. */
export interface ForecasterOptions {
  /** The loaded model; whoever opened it closes it. */
  readonly engine: Pick<Engine, "replicas">;
  /** Normalised candles are cut to this many standard deviations. */
  readonly clipValue: number;
  /** Limits of the batching policy. */
  readonly scheduler: SchedulerSettings;
  /** Told of each failed replica call, for the log; must not throw. */
  readonly onReplicaError: (error: unknown) => void;
}

/** A forecaster that can be watched and stopped. */
export interface ScheduledForecaster extends Forecaster {
  /** How much waits and runs. */
  queue(): QueueFacts;
  /** Rejects what is unfinished and waits until no replica works for it. */
  close(): Promise<void>;
}

/** Forecasts on the replicas of an engine. */
export function createForecaster(options: ForecasterOptions): ScheduledForecaster {
  const { engine, clipValue } = options;
  const scheduler = new Scheduler(engine.replicas, options.scheduler, options.onReplicaError);
  return {
    async forecast(series, signal) {
      const forecasts = new Array<SeriesForecast>(series.length);
      const jobs = series.map((request, index) =>
        forecastJob(request, clipValue, (forecast) => forecasts[index] = forecast)
      );
      await scheduler.submit(jobs, signal);
      return forecasts;
    },
    queue: () => scheduler.queue(),
    close: () => scheduler.close(),
  };
}

/** The way back from the model's units to those of the input. */
type Restore = (candles: Float32Array) => Float64Array;

function forecastJob(
  request: SeriesRequest,
  clipValue: number,
  onForecast: (forecast: SeriesForecast) => void,
): SeriesJob {
  let restore: Restore | undefined;
  return {
    paths: request.paths,
    prepare() {
      const prepared = prepare(request, clipValue);
      restore = prepared.restore;
      return prepared.input;
    },
    finish(candles, timings) {
      if (restore === undefined) throw new Error("Cannot finish a series: it was never prepared");
      onForecast(summarize(request, restore(candles), timings));
    },
  };
}

/** Normalises by the statistics of the whole input, cheap columns scaled up first. */
function prepare(
  request: SeriesRequest,
  clipValue: number,
): { readonly input: SeriesInput; readonly restore: Restore } {
  const { candles, stamps, horizon, paths, sampling, seed, policy, raw } = request;
  // Scaled columns are not the reference's numbers, which `raw` and `exact` promise.
  const scales = raw || policy === "exact" ? null : columnScales(candles);
  const scaled = scales === null ? candles : scaleColumns(candles, scales);
  const statistics = columnStatistics(scaled);
  const features = normalize(scaled, statistics, clipValue);
  return {
    input: { features, stamps, horizon, paths, sampling, seed, policy },
    restore(generated) {
      const restored = denormalize(generated, statistics);
      for (let i = 0; i < restored.length; i++) {
        if (scales !== null) restored[i] /= scales[i % FEATURES];
        if (!Number.isFinite(restored[i])) {
          throw new InferenceFailedError(
            `Cannot forecast the series: the model's answer is ${restored[i]} in a candle`,
          );
        }
      }
      return restored;
    },
  };
}

/** @param samples `[paths, horizon, 6]` in the units of the input; made consistent in place */
function summarize(
  request: SeriesRequest,
  samples: Float64Array,
  timings: PhaseTimings,
): SeriesForecast {
  const { candles, paths, quantiles, includeSamples, raw } = request;
  if (!raw) makeCandlesConsistent(samples, candles[candles.length - FEATURES + 3]);
  return {
    mean: meanOverPaths(samples, paths),
    quantiles: quantilesOverPaths(samples, paths, quantiles),
    samples: includeSamples ? samples : null,
    timings,
  };
}
