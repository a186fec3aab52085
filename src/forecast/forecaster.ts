/** From raw candles to a forecast of them: what happens before and after the model runs. */
import { FEATURES } from "../kronos/architecture.ts";
import {
  columnScales,
  columnStatistics,
  denormalize,
  normalize,
  scaleColumns,
} from "../kronos/features.ts";
import type { Calibration, Engine, SeriesInput } from "../inference/engine.ts";
import { InferenceFailedError } from "./errors.ts";
import type {
  Forecaster,
  ForecastSteps,
  PhaseTimings,
  SeriesForecast,
  SeriesRequest,
} from "./forecast.ts";
import type { Claim } from "./fair_share.ts";
import { type Corrections, GrowingForecast } from "./growing_forecast.ts";
import type { WorkEvents } from "./lane.ts";
import type { SeriesJob } from "./pending_request.ts";
import {
  type FailureHandling,
  type QueueFacts,
  Scheduler,
  type SchedulerSettings,
} from "./scheduler.ts";

/** What a forecaster is made of. */
export interface ForecasterOptions {
  /** The loaded model; whoever opened it closes it. */
  readonly engine: Pick<Engine, "replicas" | "serving">;
  /** Normalised candles are cut to this many standard deviations. */
  readonly clipValue: number;
  /** Whether paths leave from the real last close, see `anchorPaths()`; absent: they do not. */
  readonly anchor?: boolean | undefined;
  /** How paths are spread anew, see `pathCalibration()`; absent or null: they are not. */
  readonly calibration?: Calibration | null | undefined;
  /** Limits of the batching policy. */
  readonly scheduler: SchedulerSettings;
  /** What happens when a call to a replica fails; absent: tried again by default, and nobody hears of it. */
  readonly failures?: Partial<FailureHandling>;
  /** Hears of the model's work as it is done; absent: nobody does. */
  readonly work?: WorkEvents;
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
  const { engine, clipValue, anchor = false, calibration = null } = options;
  const scheduler = new Scheduler(
    engine.replicas,
    options.scheduler,
    options.failures,
    options.work,
  );
  return {
    async forecast(series, signal, progress = {}, claim?: Claim) {
      const forecasts = new Array<SeriesForecast>(series.length);
      const idle = engine.serving - scheduler.queue().waiting - scheduler.queue().running;
      const parts = Math.max(1, Math.floor(idle / series.length));
      const jobs = series.flatMap((request, index) =>
        forecastJobs(request, { clipValue, anchor, calibration, parts }, {
          onStart: () => progress.onStart?.(),
          onSteps: (steps) => progress.onSteps?.({ series: index, ...steps }),
          onForecast: (forecast) => forecasts[index] = forecast,
        })
      );
      await scheduler.submit(jobs, signal, claim);
      return forecasts;
    },
    queue: () => scheduler.queue(),
    close: () => scheduler.close(),
  };
}

/** Paths worth a prefill of their own on another replica: fewer would gain less than it costs. */
const MIN_PATHS_OF_PART = 8;

/** How a request becomes jobs. */
interface JobOptions {
  readonly clipValue: number;
  readonly anchor: boolean;
  readonly calibration: Calibration | null;
  /** Jobs to make of one series at most. */
  readonly parts: number;
}

/** Who hears of one series. */
interface JobEvents {
  readonly onStart: () => void;
  readonly onSteps: (steps: Omit<ForecastSteps, "series">) => void;
  readonly onForecast: (forecast: SeriesForecast) => void;
}

/**
 * The series as one job, or its paths shared out over several where replicas would idle. The numbers
 * are the same: each path draws from its own random numbers.
 */
function forecastJobs(
  request: SeriesRequest,
  { clipValue, anchor, calibration, parts }: JobOptions,
  { onStart, onSteps, onForecast }: JobEvents,
): SeriesJob[] {
  const { candles, horizon, paths } = request;
  const count = Math.max(1, Math.min(parts, Math.floor(paths / MIN_PATHS_OF_PART)));
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.round(i * paths / count));
  const timings: PhaseTimings[] = [];
  const begin = () => {
    const { input, restore } = prepare(request, clipValue);
    const corrections = {
      restore,
      anchor: anchor && !keepsReference(request),
      calibration:
        calibration !== null && !keepsReference(request) && isFitted(calibration, request)
          ? calibration
          : null,
    };
    return {
      input,
      growing: new GrowingForecast(request, corrections, bounds.slice(0, -1), onSteps),
    };
  };
  // Once for all parts, when the first one's turn has come.
  let begun: ReturnType<typeof begin> | undefined;
  const beginOnce = () => begun ??= begin();
  return Array.from({ length: count }, (_, part) => {
    const [firstPath, end] = bounds.slice(part);
    return {
      paths: end - firstPath,
      tokens: candles.length / FEATURES + (end - firstPath) * horizon,
      prepare() {
        onStart();
        return { ...beginOnce().input, paths: end - firstPath, firstPath };
      },
      advance(generated, lastCandle) {
        beginOnce().growing.add(firstPath, generated, lastCandle);
      },
      finish(partTimings) {
        timings.push(partTimings);
        if (timings.length < count) return;
        const slowest = timings.reduce((a, b) => a.totalMs >= b.totalMs ? a : b);
        onForecast(beginOnce().growing.forecast(slowest));
      },
    };
  });
}

/** Whether a request is promised the reference's numbers. */
function keepsReference({ raw, policy }: SeriesRequest): boolean {
  return raw || policy === "exact";
}

/** Whether paths are drawn as those were that the calibration was fitted on. */
function isFitted({ sampling }: Calibration, request: SeriesRequest): boolean {
  const { temperature, topK, topP } = request.sampling;
  return temperature === sampling.temperature && topK === sampling.topK && topP === sampling.topP;
}

/** Normalises by the statistics of the whole input, cheap columns scaled up first. */
function prepare(
  request: SeriesRequest,
  clipValue: number,
): { readonly input: SeriesInput; readonly restore: Corrections["restore"] } {
  const { candles, stamps, horizon, paths, sampling, seed, policy } = request;
  // Scaled columns are not the reference's numbers.
  const scales = keepsReference(request) ? null : columnScales(candles);
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
            { kind: "not_finite" },
          );
        }
      }
      return restored;
    },
  };
}
