import assert from "node:assert/strict";
import { closeReturns, recentVolatility } from "../forecast/recent_volatility.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { volatility, walkCandles, walkEnsemble, WALKS } from "./random_walks.ts";

const returns = Float64Array.from({ length: 200 }, (_, i) => 0.01 * Math.sin(1.7 * i));

/** Root mean square of the logarithms of an ensemble. */
function width(ensemble: Float64Array): number {
  return volatility(ensemble.map(Math.log));
}

Deno.test("volatility() is the root of the mean square", () => {
  assert.equal(volatility(Float64Array.of(3, -4)), Math.sqrt(12.5));
});

for (const walk of WALKS) {
  Deno.test(`the ${walk} walk has no drift and widens with the root of the steps`, () => {
    const scale = walk.startsWith("ewma_") ? recentVolatility(returns) : volatility(returns);
    for (const step of [1, 4, 64]) {
      const ensemble = walkEnsemble(walk, { returns, step, members: 20_000, seed: 3 });
      const expected = scale * Math.sqrt(step);
      assert.ok(Math.abs(width(ensemble) / expected - 1) < 0.05, `${walk} at ${step}`);
      const mean = ensemble.reduce((sum, value) => sum + Math.log(value), 0) / ensemble.length;
      assert.ok(Math.abs(mean) < 0.05 * expected);
      assert.deepEqual(ensemble, ensemble.toSorted());
    }
  });

  Deno.test(`the ${walk} walk of a price that never moved stays`, () => {
    const ensemble = walkEnsemble(walk, {
      returns: new Float64Array(5),
      step: 3,
      members: 4,
      seed: 1,
    });
    assert.deepEqual([...ensemble], [1, 1, 1, 1]);
  });
}

/** Candles that open at the close before them, with wicks of a thousandth and a close from `returns`. */
function candlesOf(moves: Float64Array): Float64Array {
  const candles = new Float64Array((moves.length + 1) * FEATURES);
  let close = 50;
  [0, ...moves].forEach((move, t) => {
    const open = close;
    close *= Math.exp(move);
    const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
    candles.set([open, 1.001 * top, bottom / 1.001, close, 7, 8], t * FEATURES);
  });
  return candles;
}

Deno.test("walkCandles() has the closes of the bootstrap walk with the volatility of late", () => {
  const candles = candlesOf(returns);
  const members = 64;
  const paths = walkCandles(candles, { step: 5, members, seed: 4 });
  const lastClose = candles[candles.length - FEATURES + CLOSE];
  for (const step of [1, 5]) {
    const closes = Float64Array.from(
      { length: members },
      (_, m) => paths[(m * 5 + step - 1) * FEATURES + CLOSE] / lastClose,
    ).sort();
    const ensemble = walkEnsemble("ewma_bootstrap", {
      returns: closeReturns(candles),
      step,
      members,
      seed: 4,
    });
    closes.forEach((close, i) => assert.ok(Math.abs(close - ensemble[i]) < 1e-12));
  }
});

Deno.test("walkCandles() keeps the shape of the candles it draws", () => {
  const candles = candlesOf(returns);
  const centred = returns.map((r) => r - returns.reduce((a, b) => a + b, 0) / returns.length);
  const scale = recentVolatility(centred) / volatility(centred);
  const paths = walkCandles(candles, { step: 3, members: 8, seed: 1 });
  for (let row = 0; row < paths.length; row += FEATURES) {
    const [open, high, low, close] = paths.subarray(row, row + FEATURES);
    const wick = scale * Math.log(1.001);
    assert.ok(Math.abs(Math.log(high / Math.max(open, close)) - wick) < 1e-9);
    assert.ok(Math.abs(Math.log(Math.min(open, close) / low) - wick) < 1e-9);
  }
});
