import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import { anchorPaths } from "./anchor_paths.ts";

Deno.test("anchorPaths() shifts the four prices and leaves volume and amount", () => {
  const samples = Float64Array.of(1, 3, 0.5, 2, 100, 200, 2, 2, 2, 2, 0, 0);
  anchorPaths(samples, 0.25);
  assert.deepEqual([...samples], [1.25, 3.25, 0.75, 2.25, 100, 200, 2.25, 2.25, 2.25, 2.25, 0, 0]);
});

Deno.test("anchorPaths() keeps the order of a candle's prices", () => {
  const price = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(price, price, price, price), price, (prices, difference) => {
      const samples = Float64Array.of(...prices, 0, 0);
      anchorPaths(samples, difference);
      const order = (a: number, b: number): boolean => prices[a] > prices[b];
      for (let a = 0; a < 4; a++) {
        for (let b = 0; b < 4; b++) {
          if (order(a, b)) assert.ok(samples[a] >= samples[b]);
        }
      }
      assert.equal(samples.length, FEATURES);
    }),
  );
});
