import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import { makeCandlesConsistent, MAX_CANDLE_VALUE } from "./consistent_candles.ts";
import { meanOverPaths } from "./mean_over_paths.ts";
import { quantilesOverPaths } from "./quantiles.ts";

/** Fails unless the candles `[rows, 6]` are what the service takes as input. */
function assertValidInput(candles: Float64Array): void {
  for (let row = 0; row < candles.length; row += FEATURES) {
    const [open, high, low, close, volume, amount] = candles.subarray(row, row + FEATURES);
    assert.ok(low > 0, `low ${low} is above 0`);
    assert.ok(low <= Math.min(open, close), `low ${low} is the least of ${open}, ${close}`);
    assert.ok(high >= Math.max(open, close), `high ${high} is the greatest of ${open}, ${close}`);
    assert.ok(high <= MAX_CANDLE_VALUE, `high ${high} is within the limit`);
    assert.ok(volume >= 0 && volume <= MAX_CANDLE_VALUE, `volume ${volume} is within the limits`);
    assert.ok(amount >= 0 && amount <= MAX_CANDLE_VALUE, `amount ${amount} is within the limits`);
  }
}

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.constantFrom(0, 1e18, 1e300, -1e300, 5e-324, 0.1, 0.3),
);
const price = fc.double({ min: 0, max: 1e18, minExcluded: true, noNaN: true });

Deno.test("makeCandlesConsistent() raises high, lowers low and keeps open and close", () => {
  const candles = Float64Array.of(10, 9, 11, 12, -3, -4);
  makeCandlesConsistent(candles, 10);
  assert.deepEqual(candles, Float64Array.of(10, 12, 9, 12, 0, 0));
});

Deno.test("makeCandlesConsistent() leaves a consistent candle as it is", () => {
  const candles = Float64Array.of(10, 12, 9, 11, 5, 55);
  makeCandlesConsistent(candles, 10);
  assert.deepEqual(candles, Float64Array.of(10, 12, 9, 11, 5, 55));
});

Deno.test("makeCandlesConsistent() holds prices at a thousandth of the last close", () => {
  const candles = Float64Array.of(-1, -1, -2, 0.001, 0, 0);
  makeCandlesConsistent(candles, 500);
  assert.deepEqual(candles, Float64Array.of(0.5, 0.5, 0.5, 0.5, 0, 0));
});

Deno.test("paths, their mean and their quantiles are valid input again", () => {
  const cases = fc.record({
    paths: fc.integer({ min: 1, max: 7 }),
    cells: fc.array(number, { minLength: 7 * 2 * FEATURES, maxLength: 7 * 2 * FEATURES }),
    lastClose: price,
    levels: fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(cases, ({ paths, cells, lastClose, levels }) => {
      const samples = Float64Array.from(cells.slice(0, paths * 2 * FEATURES));
      makeCandlesConsistent(samples, lastClose);
      assertValidInput(samples);
      assertValidInput(meanOverPaths(samples, paths));
      quantilesOverPaths(samples, paths, levels).forEach(assertValidInput);
    }),
    { numRuns: 500 },
  );
});
