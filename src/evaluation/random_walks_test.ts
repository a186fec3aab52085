import assert from "node:assert/strict";
import { recentVolatility } from "../forecast/recent_volatility.ts";
import { volatility, walkEnsemble, WALKS } from "./random_walks.ts";

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
