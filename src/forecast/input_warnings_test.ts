import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import { inputWarnings } from "./input_warnings.ts";

/** Candles of which the closes alone count. */
function candlesOf(closes: readonly number[]): Float64Array {
  return Float64Array.from(
    { length: closes.length * FEATURES },
    (_, i) => i % FEATURES === 3 ? closes[Math.floor(i / FEATURES)] : 1 + i,
  );
}

/** Instants with these gaps between them, and one more before. */
function instants(gaps: readonly number[]): bigint[] {
  let at = 0n;
  return [at, ...gaps.map((gap) => at += BigInt(gap))];
}

function codes(closes: readonly number[], gaps: readonly number[]): string[] {
  return inputWarnings(candlesOf(closes), instants(gaps)).map(({ code }) => code);
}

Deno.test("inputWarnings() finds nothing odd in even spacing and moving closes", () => {
  assert.deepEqual(codes([1, 2, 3], [60, 60]), []);
  assert.deepEqual(codes([1], []), [], "one candle is neither constant nor irregular");
  assert.deepEqual(codes([1, 2], [60]), []);
});

Deno.test("inputWarnings() warns of closes that never move, whatever else does", () => {
  const [warning] = inputWarnings(candlesOf([5, 5, 5]), instants([60, 60]));
  assert.deepEqual([warning.code, warning.field, warning.index], [
    "constant_input",
    "candles.close",
    null,
  ]);
});

Deno.test("inputWarnings() names the first stamp that is off the usual spacing", () => {
  const [warning] = inputWarnings(candlesOf([1, 2, 3, 4, 5]), instants([60, 60, 180, 60]));
  assert.deepEqual([warning.code, warning.field, warning.index], [
    "irregular_spacing",
    "timestamps",
    3,
  ]);
});

Deno.test("inputWarnings() warns of spacing exactly where gaps differ, at a gap that is not usual", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(60, 60, 60, 120, 3600), { minLength: 1 }), (gaps) => {
      const warnings = inputWarnings(candlesOf([...gaps, 0]), instants(gaps))
        .filter(({ code }) => code === "irregular_spacing");
      assert.equal(warnings.length, new Set(gaps).size > 1 ? 1 : 0);
      for (const { index } of warnings) {
        const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
        assert.notEqual(gaps[index! - 1], usual);
        assert.ok(gaps.slice(0, index! - 1).every((gap) => gap === usual), "it is the first");
      }
    }),
  );
});
