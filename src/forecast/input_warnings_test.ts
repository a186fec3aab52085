import assert from "node:assert/strict";
import { FEATURES } from "../kronos/architecture.ts";
import { inputWarnings } from "./input_warnings.ts";
import { candlesAround } from "./testing/series_request.ts";

const LIMITS = { staleCandles: 3, clipValue: 5 };

/** Candles without a range: all prices are the close. */
function flatCandles(closes: readonly number[]): Float64Array {
  return Float64Array.from(closes.flatMap((close) => [close, close, close, close, 1, close]));
}

function found(candles: Float64Array): [code: string, field: string, index: number | null][] {
  return inputWarnings(candles, LIMITS).map(({ code, field, index }) => [code, field, index]);
}

Deno.test("inputWarnings() finds nothing odd in candles that move", () => {
  assert.deepEqual(found(candlesAround(100)), []);
  assert.deepEqual(found(flatCandles([1])), [], "one candle is not constant");
});

Deno.test("inputWarnings() warns of closes that never move, and then of nothing else", () => {
  assert.deepEqual(found(flatCandles([5, 5, 5, 5, 5])), [[
    "constant_input",
    "candles.close",
    null,
  ]]);
});

Deno.test("inputWarnings() warns of the longest run without movement, from the limit on", () => {
  assert.deepEqual(found(flatCandles([1, 2, 2, 2, 3])), []);
  assert.deepEqual(found(flatCandles([1, 2, 2, 2, 2, 3])), [["stale_input", "candles", 2]]);
  assert.deepEqual(found(flatCandles([1, 1, 1, 1, 2, 2, 2, 2, 2])), [[
    "stale_input",
    "candles",
    5,
  ]]);
});

Deno.test("inputWarnings() does not take equal closes for a standstill where prices moved between", () => {
  const candles = flatCandles([1, 2, 2, 2, 2, 3]);
  for (let t = 1; t < 5; t++) candles[t * FEATURES + 1] = 2.5;
  assert.deepEqual(found(candles), []);
});

Deno.test("inputWarnings() names the first price that the model sees cut", () => {
  const candles = candlesAround(100);
  candles[40 * FEATURES + 1] = 1000;
  candles[50 * FEATURES + 1] = 1000;
  assert.deepEqual(found(candles), [["clipped_candles", "candles.high", 40]]);
});
