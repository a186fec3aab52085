/**
 * Spreads sample paths anew, by what was fitted for a model on real candles. The closes of a step are
 * moved rank by rank to an average of two distributions' quantiles: the paths' own, and those of a
 * random walk with the volatility of late. Each path keeps its rank, so that it stays a path: ensemble
 * copula coupling with equidistant quantiles (Schefzik et al. 2013, doi:10.1214/13-STS443).
 */
import { probit } from "simple-statistics";
import type { Calibration } from "../inference/engine.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { closeReturns, recentVolatility } from "./recent_volatility.ts";

/** Fewer paths do not tell their mean from their spread. */
export const MIN_CALIBRATED_PATHS = 8;

/** Largest logarithmic move of the walk, a factor of 150: keeps what no market does finite. */
const MAX_MOVE = 5;

/** A calibration at one step; see `Calibration`. */
export type StepCalibration = Readonly<Record<"drift" | "own" | "scale", number>>;

/** The calibration at a step: linear in its logarithm between those that were fitted, held at the ends. */
export function calibrationAt(calibration: Calibration, step: number): StepCalibration {
  const { steps, drift, own, scale } = calibration;
  const above = steps.findIndex((fitted) => fitted >= step);
  const to = above < 0 ? steps.length - 1 : above;
  const from = above < 0 ? to : Math.max(0, to - 1);
  const share = from === to ? 0 : Math.log(step / steps[from]) / Math.log(steps[to] / steps[from]);
  const between = (values: readonly number[]): number =>
    values[from] * (1 - share) + values[to] * share;
  return { drift: between(drift), own: between(own), scale: between(scale) };
}

/**
 * Standard normal quantiles at rank / (count + 1), where the service's quantiles expect the paths to
 * be; right to half a percent, which the fitted scale takes up.
 */
export function normalQuantiles(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => probit((i + 1) / (count + 1)));
}

/** A random walk's moves of a close. */
export interface WalkMoves {
  /** The close that it leaves from. */
  readonly lastClose: number;
  /** Volatility of one step, of log returns. */
  readonly volatility: number;
  /** From `normalQuantiles()`, one for each path. */
  readonly normal: Float64Array;
}

/**
 * The closes of one step, calibrated.
 *
 * @param sorted closes of the paths, ascending
 * @param step from 1
 * @returns as many, ascending
 */
export function calibrateCloses(
  sorted: Float64Array,
  step: number,
  { lastClose, volatility, normal }: WalkMoves,
  { drift, own, scale }: StepCalibration,
): Float64Array {
  const mean = sorted.reduce((sum, close) => sum + close, 0) / sorted.length;
  const centre = lastClose + drift * (mean - lastClose);
  const width = volatility * Math.sqrt(step);
  return sorted.map((close, rank) => {
    const move = Math.min(MAX_MOVE, Math.max(-MAX_MOVE, width * normal[rank]));
    const walk = lastClose * Math.expm1(move);
    return centre + scale * (own * (close - mean) + (1 - own) * walk);
  });
}

/** Moves open and close; high and low keep their distance from the body. */
function moveCandle(samples: Float64Array, at: number, openBy: number, closeBy: number): void {
  const [open, high, low, close] = samples.subarray(at, at + FEATURES);
  const [newOpen, newClose] = [open + openBy, close + closeBy];
  samples[at] = newOpen;
  samples[at + 1] = Math.max(newOpen, newClose) + (high - Math.max(open, close));
  samples[at + 2] = Math.min(newOpen, newClose) - (Math.min(open, close) - low);
  samples[at + CLOSE] = newClose;
}

/**
 * Calibrates the prices of every candle, in place. An open moves as the close before it did, so that
 * candles follow each other as they did.
 *
 * @param candles of the input, `[time, 6]`
 * @returns what calibrates the next steps of the series at each call: `[paths, steps, 6]`, all of its
 * paths; fewer than `MIN_CALIBRATED_PATHS` are left as they are
 */
export function pathCalibration(
  paths: number,
  candles: Float64Array,
  calibration: Calibration,
): (samples: Float64Array) => void {
  if (paths < MIN_CALIBRATED_PATHS) return () => {};
  const returns = closeReturns(candles);
  const walk: WalkMoves = {
    lastClose: candles[candles.length - FEATURES + CLOSE],
    volatility: returns.length === 0 ? 0 : recentVolatility(returns),
    normal: normalQuantiles(paths),
  };
  const shifts = new Float64Array(paths); // of each path's close, at the step before
  let done = 0;
  return (samples) => {
    const steps = samples.length / paths / FEATURES;
    for (let s = 0; s < steps; s++) {
      const step = ++done;
      const row = (path: number): number => (path * steps + s) * FEATURES;
      const close = (path: number): number => samples[row(path) + CLOSE];
      // The number of the path settles ties, so that the same paths give the same answer anywhere.
      const ranked = Array.from({ length: paths }, (_, path) => path)
        .sort((a, b) => close(a) - close(b) || a - b);
      const sorted = Float64Array.from(ranked, close);
      const moved = calibrateCloses(sorted, step, walk, calibrationAt(calibration, step));
      ranked.forEach((path, rank) => {
        const shift = moved[rank] - sorted[rank];
        moveCandle(samples, row(path), shifts[path], shift);
        shifts[path] = shift;
      });
    }
  };
}
