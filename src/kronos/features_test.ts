import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "./architecture.ts";
import {
  columnScales,
  columnStatistics,
  denormalize,
  normalize,
  scaleColumns,
  STD_EPSILON,
} from "./features.ts";

const NO_CLIP = Infinity;

/** `[time, 6]` of numbers that float32 holds, each column in its own range. */
const candles = fc.record({
  rows: fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 6 }), {
    minLength: 1,
    maxLength: 300,
  }),
  size: fc.constantFrom(1 / 1024, 1, 64, 2 ** 40),
}).map(({ rows, size }) => Float64Array.from(rows.flat(), (value) => value * size));

function column(rows: ArrayLike<number>, index: number): number[] {
  return Array.from(rows).filter((_, i) => i % FEATURES === index);
}

Deno.test("columnStatistics() are mean and population deviation of each column", () => {
  fc.assert(
    fc.property(candles, (rows) => {
      const { mean, std } = columnStatistics(rows);
      for (let index = 0; index < FEATURES; index++) {
        const values = column(rows, index);
        const size = Math.max(...values.map(Math.abs));
        const expected = values.reduce((sum, value) => sum + value, 0) / values.length;
        assert.ok(Math.abs(mean[index] - expected) <= 1e-6 * size);
        const squares = values.reduce((sum, value) => sum + (value - expected) ** 2, 0);
        assert.ok(Math.abs(std[index] - Math.sqrt(squares / values.length)) <= 1e-6 * size);
        assert.equal(mean[index], Math.fround(mean[index]));
      }
    }),
  );
});

Deno.test("columnStatistics() of one candle, of a flat column, and of the largest values", () => {
  const one = columnStatistics(Float64Array.of(1, 2, 3, 4, 0, 1e18));
  assert.deepEqual([...one.mean], [1, 2, 3, 4, 0, Math.fround(1e18)]);
  assert.deepEqual([...one.std], [0, 0, 0, 0, 0, 0]);
  const large = columnStatistics(new Float64Array(2048 * FEATURES).fill(1e18));
  assert.ok([...large.mean, ...large.std].every(Number.isFinite));
  const wild = Float64Array.from({ length: 2048 * FEATURES }, (_, i) => i % 12 < 6 ? 1e18 : 1);
  assert.ok(columnStatistics(wild).std.every((std) => Math.abs(std - 0.5e18) < 1e12));
});

Deno.test("normalize() gives columns of mean 0 and, where they move, deviation 1", () => {
  fc.assert(
    fc.property(candles, (rows) => {
      const statistics = columnStatistics(rows);
      const features = normalize(rows, statistics, NO_CLIP);
      assert.equal(features.length, rows.length);
      for (let index = 0; index < FEATURES; index++) {
        const values = column(features, index);
        const std = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
        const share = statistics.std[index] / (statistics.std[index] + STD_EPSILON);
        assert.ok(Math.abs(std - share) < 1e-3, `${std} is ${share}`);
      }
    }),
  );
});

Deno.test("normalize() cuts at the clip on both sides and nowhere else", () => {
  fc.assert(
    fc.property(candles, fc.double({ min: 0.1, max: 5, noNaN: true }), (rows, clip) => {
      const statistics = columnStatistics(rows);
      const free = normalize(rows, statistics, NO_CLIP);
      normalize(rows, statistics, clip).forEach((value, i) => {
        const expected = Math.fround(Math.min(clip, Math.max(-clip, free[i])));
        assert.ok(Math.abs(value - expected) <= 1e-6 * clip);
      });
    }),
  );
});

Deno.test("denormalize() undoes normalize()", () => {
  fc.assert(
    fc.property(candles, (rows) => {
      const statistics = columnStatistics(rows);
      const back = denormalize(normalize(rows, statistics, NO_CLIP), statistics);
      back.forEach((value, i) => {
        const index = i % FEATURES;
        const scale = Math.abs(statistics.mean[index]) + statistics.std[index] + Math.abs(rows[i]);
        assert.ok(Math.abs(value - rows[i]) <= 1e-5 * scale, `${value} is ${rows[i]}`);
      });
    }),
  );
});

/** Candles of a price that moves by `share` of itself, a volume likewise. */
function moving(price: number, share: number, volume: number, time = 60): Float64Array {
  return Float64Array.from({ length: time * FEATURES }, (_, i) => {
    const wave = 1 + share * Math.sin(Math.floor(i / FEATURES));
    return (i % FEATURES < 4 ? price : volume) * wave;
  });
}

Deno.test("columnScales() leaves what the epsilon does not touch", () => {
  for (const price of [1, 100, 60_000, 1e12]) {
    assert.deepEqual([...columnScales(moving(price, 0.03, 1000))], [1, 1, 1, 1, 1, 1]);
  }
});

Deno.test("columnScales() leaves flat columns of ordinary size and columns of zeros", () => {
  assert.deepEqual([...columnScales(moving(5000, 0, 0))], [1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...columnScales(moving(5000, 1e-9, 0))], [1, 1, 1, 1, 1, 1]);
});

Deno.test("columnScales() brings cheap columns to where the epsilon does not matter", () => {
  const price = fc.double({ min: -12, max: 0, noNaN: true }).map((power) => 10 ** power);
  fc.assert(
    fc.property(
      price,
      fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      price,
      (coin, share, volume) => {
        const rows = moving(coin, share, volume);
        const scales = columnScales(rows);
        assert.equal(new Set(scales.subarray(0, 4)).size, 1, "prices share one");
        const { std } = columnStatistics(scaleColumns(rows, scales));
        scales.forEach((scale, index) => {
          const power = Math.log10(scale);
          assert.ok(Math.abs(power - Math.round(power)) < 1e-9 && power >= 0, `${scale}`);
          // A hundredth of float32's precision off at most.
          assert.ok(std[index] >= 0.99e-2, `column ${index} deviates by ${std[index]}`);
          if (scale > 1) assert.ok(std[index] < 0.11, "and no further than needed");
        });
      },
    ),
  );
});

Deno.test("columnScales() scales a flat coin by its size", () => {
  const [scale] = columnScales(moving(2e-6, 0, 1));
  assert.equal(scale, 1e6);
});

Deno.test("scaleColumns() multiplies each column by its own scale", () => {
  const rows = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  const scales = Float64Array.of(1, 10, 1, 10, 1, 10);
  assert.deepEqual([...scaleColumns(rows, scales)], [1, 20, 3, 40, 5, 60, 7, 80, 9, 100, 11, 120]);
});
