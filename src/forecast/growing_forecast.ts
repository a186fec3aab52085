/** The forecast of one series while its candles come: each step is made final once every path has it. */
import type { Calibration } from "../inference/engine.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { anchorPaths } from "./anchor_paths.ts";
import { pathCalibration } from "./calibrate_paths.ts";
import { makeCandlesConsistent } from "./consistent_candles.ts";
import { eventAnswers } from "./event_answers.ts";
import type { ForecastSteps, PhaseTimings, SeriesForecast, SeriesRequest } from "./forecast.ts";
import { meanOverPaths } from "./mean_over_paths.ts";
import type { GeneratedCandles } from "./pending_request.ts";
import { quantilesOverPaths } from "./quantiles.ts";

/** What becomes of the candles that the model generates. */
export interface Corrections {
  /** The way back from the model's units to those of the input; throws where one is not finite. */
  readonly restore: (candles: Float32Array) => Float64Array;
  /** Whether paths leave from the real last close, see `anchorPaths()`. */
  readonly anchor: boolean;
  /** How paths are spread anew, see `pathCalibration()`; null: they are not. */
  readonly calibration: Calibration | null;
}

/** Copies steps of each path between two `[paths, steps, 6]`. */
function copySteps<Rows extends Float32Array | Float64Array>(
  { from, fromStep, fromSteps }: { from: Rows; fromStep: number; fromSteps: number },
  { to, toStep, toSteps }: { to: Rows; toStep: number; toSteps: number },
  { firstPath = 0, paths, steps }: { firstPath?: number; paths: number; steps: number },
): void {
  for (let path = 0; path < paths; path++) {
    const start = (path * fromSteps + fromStep) * FEATURES;
    const ofPath = from.subarray(start, start + steps * FEATURES);
    to.set(ofPath, ((firstPath + path) * toSteps + toStep) * FEATURES);
  }
}

function lastClose({ candles }: SeriesRequest): number {
  return candles[candles.length - FEATURES + CLOSE];
}

/** Whether paths are needed when all is done; most requests want no more than what they come to. */
function keepsSamples({ includeSamples, events = [] }: SeriesRequest): boolean {
  return includeSamples || events.length > 0;
}

/** Collects the candles of a series, whose paths may come from several places, and corrects them. */
export class GrowingForecast {
  readonly #request: SeriesRequest;
  readonly #corrections: Corrections;
  readonly #calibrate: (samples: Float64Array) => void;
  readonly #onSteps: ((steps: Omit<ForecastSteps, "series">) => void) | undefined;
  /** As the model generated them, `[paths, horizon, 6]`. */
  readonly #generated: Float32Array;
  /** Steps that have come of each part, by the number of its first path. */
  readonly #arrived: Map<number, number>;
  /** Steps that are final. */
  #final = 0;
  readonly #mean: Float64Array;
  readonly #quantiles: readonly Float64Array[];
  readonly #samples: Float64Array | null;

  /**
   * Nothing has come.
   *
   * @param parts of the paths, each by the number of its first one
   * @param onSteps told of steps that are final
   */
  constructor(
    request: SeriesRequest,
    corrections: Corrections,
    parts: readonly number[],
    onSteps?: (steps: Omit<ForecastSteps, "series">) => void,
  ) {
    const { paths, horizon, candles, quantiles } = request;
    const { calibration } = corrections;
    this.#request = request;
    this.#corrections = corrections;
    this.#calibrate = calibration === null
      ? () => {}
      : pathCalibration(paths, candles, calibration);
    this.#onSteps = onSteps;
    this.#arrived = new Map(parts.map((firstPath) => [firstPath, 0]));
    this.#generated = new Float32Array(paths * horizon * FEATURES);
    this.#mean = new Float64Array(horizon * FEATURES);
    this.#quantiles = quantiles.map(() => new Float64Array(horizon * FEATURES));
    this.#samples = keepsSamples(request) ? new Float64Array(paths * horizon * FEATURES) : null;
  }

  /**
   * Takes candles of the paths of one part. What comes again, since the part had to begin anew, changes
   * nothing: the same paths have the same numbers anywhere.
   *
   * @param firstPath the part
   * @param lastCandle the last candle of the input as its tokens say, normalised, `[6]`
   */
  add(
    firstPath: number,
    { firstStep, steps, candles }: GeneratedCandles,
    lastCandle: Float32Array,
  ): void {
    const end = firstStep + steps;
    const known = this.#arrived.get(firstPath) ?? 0;
    if (end <= known) return;
    copySteps(
      { from: candles, fromStep: 0, fromSteps: steps },
      { to: this.#generated, toStep: firstStep, toSteps: this.#request.horizon },
      { firstPath, paths: candles.length / steps / FEATURES, steps },
    );
    this.#arrived.set(firstPath, end);
    const arrived = Math.min(...this.#arrived.values());
    if (arrived > this.#final) this.#makeFinal(arrived, lastCandle);
  }

  /** The whole, once every step is final. */
  forecast(timings: PhaseTimings): SeriesForecast {
    const { paths, quantiles, events = [], includeSamples } = this.#request;
    const samples = this.#samples ?? new Float64Array(0);
    return {
      mean: this.#mean,
      quantiles: this.#quantiles,
      samples: includeSamples ? samples : null,
      events: eventAnswers(events, samples, paths, lastClose(this.#request), quantiles),
      timings,
    };
  }

  /** Corrects the steps up to `end` and tells of them. */
  #makeFinal(end: number, lastCandle: Float32Array): void {
    const { paths, horizon, quantiles: levels } = this.#request;
    const firstStep = this.#final;
    const steps = end - firstStep;
    const drawn = new Float32Array(paths * steps * FEATURES);
    copySteps(
      { from: this.#generated, fromStep: firstStep, fromSteps: horizon },
      { to: drawn, toStep: 0, toSteps: steps },
      { paths, steps },
    );
    const samples = this.#corrected(drawn, lastCandle);
    const mean = meanOverPaths(samples, paths);
    const quantiles = quantilesOverPaths(samples, paths, levels);
    this.#mean.set(mean, firstStep * FEATURES);
    this.#quantiles.forEach((rows, i) => rows.set(quantiles[i], firstStep * FEATURES));
    if (this.#samples !== null) {
      copySteps(
        { from: samples, fromStep: 0, fromSteps: steps },
        { to: this.#samples, toStep: firstStep, toSteps: horizon },
        { paths, steps },
      );
    }
    this.#final = end;
    this.#onSteps?.({ firstStep, mean, quantiles });
  }

  /** @param drawn the next steps as the model generated them, `[paths, steps, 6]` */
  #corrected(drawn: Float32Array, lastCandle: Float32Array): Float64Array {
    const { restore, anchor } = this.#corrections;
    const close = lastClose(this.#request);
    const samples = restore(drawn);
    if (anchor) anchorPaths(samples, close - restore(lastCandle)[CLOSE]);
    this.#calibrate(samples);
    if (!this.#request.raw) makeCandlesConsistent(samples, close);
    return samples;
  }
}
