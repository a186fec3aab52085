/**
 * From candles to what the model sees, and back: mean and standard deviation of each column over the
 * whole input, and a clip. Columns whose values are tiny are scaled up before.
 */
import { FEATURES, PRICE_COLUMNS } from "./architecture.ts";

/** Added to a standard deviation before dividing by it: the reference's. Keeps a constant column finite. */
export const STD_EPSILON = 1e-5;

/** Below this standard deviation `STD_EPSILON` distorts a column by more than a thousandth. */
const CHEAP_STD = 1e-2;

/** Below this share of its size a column's deviation is rounding, not movement. */
const FLAT_SHARE = 1e-7;

/** Mean and population standard deviation of each column. */
export interface ColumnStatistics {
  /** `[6]` */
  readonly mean: Float64Array;
  /** `[6]` */
  readonly std: Float64Array;
}

/**
 * Statistics of `[time, 6]` candles over time. The mean is numpy's: float32, summed in pairs. Where a
 * column moves little for its size, another rounding of the mean is another token. The deviation is
 * summed in float64, which the largest values need.
 */
export function columnStatistics(candles: Float64Array): ColumnStatistics {
  const time = candles.length / FEATURES;
  const mean = new Float64Array(FEATURES);
  const std = new Float64Array(FEATURES);
  for (let column = 0; column < FEATURES; column++) {
    const values = Float32Array.from({ length: time }, (_, t) => candles[t * FEATURES + column]);
    mean[column] = Math.fround(pairwiseSum(values) / time);
    let squares = 0;
    for (const value of values) squares += (value - mean[column]) ** 2;
    std[column] = Math.sqrt(squares / time);
  }
  return { mean, std };
}

/** Lanes and block of numpy's summation. */
const LANES = 8;
const BLOCK = 128;

/** The float32 sum as numpy computes it: halves, down to blocks summed in eight lanes. */
function pairwiseSum(values: Float32Array): number {
  const count = values.length;
  if (count > BLOCK) {
    const half = Math.floor(count / 2 / LANES) * LANES;
    return Math.fround(pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half)));
  }
  const inLanes = count - count % LANES;
  const lanes = new Float32Array(LANES);
  for (let i = 0; i < inLanes; i++) lanes[i % LANES] += values[i];
  const pair = (i: number): number => Math.fround(lanes[i] + lanes[i + 1]);
  const first = Math.fround(pair(0) + pair(2));
  let sum = Math.fround(first + Math.fround(pair(4) + pair(6)));
  for (let i = inLanes; i < count; i++) sum = Math.fround(sum + values[i]);
  return sum;
}

/**
 * Candles in units of their columns' standard deviations.
 *
 * @param candles `[time, 6]`
 * @param clip results are cut to `[-clip, clip]`
 * @returns `[time, 6]`
 */
export function normalize(
  candles: Float64Array,
  { mean, std }: ColumnStatistics,
  clip: number,
): Float32Array {
  return Float32Array.from(candles, (value, i) => {
    const column = i % FEATURES;
    const scaled = (Math.fround(value) - mean[column]) / (std[column] + STD_EPSILON);
    return Math.min(clip, Math.max(-clip, scaled));
  });
}

/** Undoes `normalize()`, but for the clip. Any number of `[.., 6]` rows. */
export function denormalize(
  rows: ArrayLike<number>,
  { mean, std }: ColumnStatistics,
): Float64Array {
  return Float64Array.from(rows, (value, i) => {
    const column = i % FEATURES;
    return value * (std[column] + STD_EPSILON) + mean[column];
  });
}

/**
 * Powers of ten that bring cheap columns to where the epsilon does not matter: `[6]`, 1 where a column
 * keeps the reference's numbers. Prices are judged together, by the smallest of their deviations, and
 * share one scale, so that a candle keeps its shape.
 *
 * A coin at 1e-6 has a standard deviation far below the epsilon: unscaled, the model sees zeros, and
 * one unit of its answer is ten times the price.
 */
export function columnScales(candles: Float64Array): Float64Array {
  const { mean, std } = columnStatistics(candles);
  const scales = new Float64Array(FEATURES).fill(1);
  scales.fill(cheapScale(mean, std, 0, PRICE_COLUMNS), 0, PRICE_COLUMNS);
  for (let column = PRICE_COLUMNS; column < FEATURES; column++) {
    scales[column] = cheapScale(mean, std, column, column + 1);
  }
  return scales;
}

/** One power of ten for columns `from` to `to`, by their deviation or, where that is 0, their size. */
function cheapScale(mean: Float64Array, std: Float64Array, from: number, to: number): number {
  const deviation = Math.min(...std.subarray(from, to));
  if (deviation >= CHEAP_STD) return 1;
  const size = Math.max(...mean.subarray(from, to).map(Math.abs));
  // A flat column has no deviation to go by: then a hundredth of its size, so that a flat coin at 1e-6
  // is scaled and a flat index at 5000 is not.
  const reach = deviation > size * FLAT_SHARE ? deviation : size / 100;
  if (reach === 0 || reach >= CHEAP_STD) return 1;
  return 10 ** Math.ceil(Math.log10(CHEAP_STD / reach));
}

/** Every column of `[time, 6]` candles times its scale. */
export function scaleColumns(candles: Float64Array, scales: Float64Array): Float64Array {
  return candles.map((value, i) => value * scales[i % FEATURES]);
}
