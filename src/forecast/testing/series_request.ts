/** Requests for tests, and what their numbers are. */
import assert from "node:assert/strict";
import { FEATURES, TIME_FEATURES } from "../../kronos/architecture.ts";
import type { SeriesRequest } from "../forecast.ts";

/** Candles `[time, 6]` that swing by a few percent around a price. */
export function candlesAround(price: number, time: number = 60): Float64Array {
  const candles = new Float64Array(time * FEATURES);
  for (let t = 0; t < time; t++) {
    const open = price * (1 + 0.03 * Math.sin(t));
    const close = price * (1 + 0.03 * Math.sin(t + 1));
    const [high, low] = [1.01 * Math.max(open, close), 0.99 * Math.min(open, close)];
    const volume = 1000 + 100 * Math.cos(t);
    candles.set([open, high, low, close, volume, volume * (open + close) / 2], t * FEATURES);
  }
  return candles;
}

/** A request for three steps of one path, with changes. */
export function requestOf(
  candles: Float64Array,
  changes: Partial<SeriesRequest> = {},
): SeriesRequest {
  const horizon = changes.horizon ?? 3;
  return {
    candles,
    stamps: new Int32Array((candles.length / FEATURES + horizon) * TIME_FEATURES),
    horizon,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    paths: 1,
    seed: 1,
    quantiles: [],
    includeSamples: false,
    raw: false,
    policy: "rolling",
    ...changes,
  };
}

/** Mean and population standard deviation of a column. */
export function columnOf(candles: Float64Array, column: number): { mean: number; std: number } {
  const values = [...candles].filter((_, i) => i % FEATURES === column);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / values.length) };
}

/** Fails unless two numbers are equal to a millionth. */
export function assertClose(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.abs(expected), `${actual} is ${expected}`);
}
