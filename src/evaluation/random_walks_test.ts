import assert from "node:assert/strict";
import fc from "fast-check";
import { closeReturns, ewmaVolatility, volatility, walkEnsemble, WALKS } from "./random_walks.ts";

const returns = Float64Array.from({ length: 200 }, (_, i) => 0.01 * Math.sin(1.7 * i));

/** Root mean square of the logarithms of an ensemble. */
function width(ensemble: Float64Array): number {
  return volatility(ensemble.map(Math.log));
}

Deno.test("closeReturns() are differences of logarithms of closes", () => {
  const candles = Float64Array.of(9, 9, 9, 1, 0, 0, 9, 9, 9, Math.E, 0, 0, 9, 9, 9, 1, 0, 0);
  assert.deepEqual([...closeReturns(candles)], [1, -1]);
});

Deno.test("volatility() and ewmaVolatility() of cases worked out by hand", () => {
  assert.equal(volatility(Float64Array.of(3, -4)), Math.sqrt(12.5));
  // The weights of 1 and 2 are 0.97 and 1.
  const expected = Math.sqrt((0.97 * 1 + 1 * 4) / 1.97);
  assert.ok(Math.abs(ewmaVolatility(Float64Array.of(1, 2)) - expected) < 1e-12);
});

Deno.test("ewmaVolatility() of equal moves is the volatility", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      (move, length) => {
        const alternating = Float64Array.from({ length }, (_, i) => i % 2 === 0 ? move : -move);
        assert.ok(Math.abs(ewmaVolatility(alternating) / move - 1) < 1e-9);
      },
    ),
  );
});

for (const walk of WALKS) {
  Deno.test(`the ${walk} walk has no drift and widens with the root of the steps`, () => {
    const scale = walk.startsWith("ewma_") ? ewmaVolatility(returns) : volatility(returns);
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
