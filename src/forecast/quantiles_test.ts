import assert from "node:assert/strict";
import fc from "fast-check";
import { quantile, quantilesOverPaths } from "./quantiles.ts";

const level = fc.double({ min: 0, max: 1, noNaN: true, minExcluded: true, maxExcluded: true });
const value = fc.double({ min: -1e18, max: 1e18, noNaN: true });

Deno.test("quantile() interpolates at position level * (n + 1)", () => {
  const sorted = Float64Array.of(10, 20, 40, 80);
  assert.equal(quantile(sorted, 0.2), 10); // position 1
  assert.equal(quantile(sorted, 0.3), 15); // position 1.5
  assert.equal(quantile(sorted, 0.5), 30); // position 2.5
  assert.equal(quantile(sorted, 0.75), 70); // position 3.75
});

Deno.test("quantile() holds the ends where the position lies outside", () => {
  const sorted = Float64Array.of(1, 2, 3);
  assert.equal(quantile(sorted, 0.01), 1);
  assert.equal(quantile(sorted, 0.99), 3);
  assert.equal(quantile(Float64Array.of(7), 0.5), 7);
});

Deno.test("quantilesOverPaths() takes each step and column by itself, levels in any order", () => {
  // 3 paths of 2 cells
  const samples = Float64Array.of(1, 30, 3, 10, 2, 20);
  const [upper, median] = quantilesOverPaths(samples, 3, [0.75, 0.5]);
  assert.deepEqual(median, Float64Array.of(2, 20));
  assert.deepEqual(upper, Float64Array.of(3, 30));
});

Deno.test("quantilesOverPaths() never crosses levels and stays within the paths", () => {
  const cases = fc.record({
    values: fc.array(fc.oneof(value, fc.constantFrom(0.1, 0.3, 1e-7)), {
      minLength: 1,
      maxLength: 20,
    }),
    levels: fc.uniqueArray(level, { minLength: 1, maxLength: 19 }),
  });
  fc.assert(fc.property(cases, ({ values, levels }) => {
    const results = quantilesOverPaths(Float64Array.from(values), values.length, levels);
    const byLevel = levels.map((at, i) => ({ at, is: results[i][0] }));
    byLevel.sort((a, b) => a.at - b.at);
    for (let i = 1; i < byLevel.length; i++) assert.ok(byLevel[i - 1].is <= byLevel[i].is);
    for (const { is } of byLevel) {
      assert.ok(is >= Math.min(...values) && is <= Math.max(...values));
    }
  }));
});

Deno.test("quantilesOverPaths() equals quantile() of each cell", () => {
  const cases = fc.record({
    paths: fc.integer({ min: 1, max: 9 }),
    cells: fc.array(fc.array(value, { minLength: 9, maxLength: 9 }), {
      minLength: 1,
      maxLength: 12,
    }),
    at: level,
  });
  fc.assert(fc.property(cases, ({ paths, cells, at }) => {
    const samples = new Float64Array(paths * cells.length);
    cells.forEach((column, cell) => {
      for (let path = 0; path < paths; path++) samples[path * cells.length + cell] = column[path];
    });
    const [result] = quantilesOverPaths(samples, paths, [at]);
    cells.forEach((column, cell) => {
      const sorted = Float64Array.from(column.slice(0, paths)).sort();
      assert.equal(result[cell], quantile(sorted, at));
    });
  }));
});
