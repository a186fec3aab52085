import assert from "node:assert/strict";
import fc from "fast-check";
import { closeReturns, recentVolatility } from "./recent_volatility.ts";

Deno.test("closeReturns() are differences of logarithms of closes", () => {
  const candles = Float64Array.of(9, 9, 9, 1, 0, 0, 9, 9, 9, Math.E, 0, 0, 9, 9, 9, 1, 0, 0);
  assert.deepEqual([...closeReturns(candles)], [1, -1]);
});

Deno.test("recentVolatility() of a case worked out by hand", () => {
  // The weights of 1 and 2 are 0.97 and 1.
  const expected = Math.sqrt((0.97 * 1 + 1 * 4) / 1.97);
  assert.ok(Math.abs(recentVolatility(Float64Array.of(1, 2)) - expected) < 1e-12);
});

Deno.test("recentVolatility() of equal moves is the volatility", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      (move, length) => {
        const alternating = Float64Array.from({ length }, (_, i) => i % 2 === 0 ? move : -move);
        assert.ok(Math.abs(recentVolatility(alternating) / move - 1) < 1e-9);
      },
    ),
  );
});
