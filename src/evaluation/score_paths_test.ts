import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import type { WindowForecast } from "./forecast_windows.ts";
import { scorePaths } from "./score_paths.ts";

const CONTEXT = 31;

/** One candle for each close, whose high and low are `wick` of it away. */
function candlesOf(closes: readonly number[], wick = 0): Float64Array {
  return Float64Array.from(
    closes.flatMap((close) => [close, close * (1 + wick), close * (1 - wick), close, 0, 0]),
  );
}

/** Closes that end at 100, each a factor of e^0.01 up or down from the one before. */
const SWINGING = Array.from({ length: CONTEXT }, (_, t) => 100 * Math.exp(t % 2 ? 0.01 : 0));

/** A window of which `actual` came after closes that swing by 1%. */
function windowOf(
  actual: Float64Array,
  context = candlesOf(SWINGING),
): WindowForecast {
  const horizon = actual.length / FEATURES;
  const candles = Float64Array.of(...context, ...actual);
  const times = Float64Array.from({ length: CONTEXT + horizon }, (_, t) => t * 3_600_000);
  return {
    window: { series: { id: "fx.A", file: "fx-1h", market: "fx", candles, times }, start: CONTEXT },
    context,
    actual,
    closes: new Float64Array(0),
    volume: new Float64Array(horizon),
    inconsistent: null,
  };
}

function paths(...rows: Float64Array[]): Float64Array {
  return Float64Array.from(rows.flatMap((row) => [...row]));
}

Deno.test("scorePaths() of a case worked out by hand", () => {
  // Levels up to step 4: 1, 2 and 4% away in logarithms, as one step moves 1%.
  const actual = candlesOf([100, 101.5, 100, 98], 0.006);
  const samples = paths(
    candlesOf([100, 100, 100, 100]),
    candlesOf([101, 102.5, 101, 99]),
    candlesOf([99, 98.5, 99, 100], 0.011),
    candlesOf([100, 97, 96, 95]),
  );
  const score = scorePaths(windowOf(actual), samples, 1, [4]);
  assert.ok(score !== null);
  const [{ step, touches, drawdown }] = score.steps;
  assert.equal(step, 4);
  const found = touches.map(({ by, distance, model, happened }) => [by, distance, model, happened]);
  assert.deepEqual(found, [
    ["candle", 0.5, 0.5, 1], // up: 101.005; highs of 102.5, and of 101.1 above a close of 100
    ["candle", 0.5, 0.75, 1], // down: 99.005
    ["candle", 1, 0.25, 1], // up: 102.02; the real high is 102.1
    ["candle", 1, 0.5, 1], // down: 98.02
    ["candle", 2, 0, 0], // up: 104.08
    ["candle", 2, 0.25, 0], // down: 96.08; the real low is 97.4
    ["close", 0.5, 0.25, 1],
    ["close", 0.5, 0.75, 1],
    ["close", 1, 0.25, 0],
    ["close", 1, 0.25, 1],
    ["close", 2, 0, 0],
    ["close", 2, 0.25, 0],
  ]);
  // Falls: 0, 3.5 / 102.5, 1.5 / 100 and 0.05; the real one 3.5 / 101.5 lies between the two largest.
  assert.deepEqual(drawdown, { pit: 0.7, covered: 1 });
  const moves = [100, 101.5, 100, 98].map((close, t, all) =>
    Math.abs(Math.log(close / (all[t - 1] ?? 100)))
  );
  const mean = moves.reduce((sum, move) => sum + move, 0) / 4;
  assert.ok(Math.abs(score.moves.actual - mean) < 1e-12);
});

Deno.test("scorePaths() of paths that jump between two prices has their jump as its move", () => {
  const jumping = Array.from({ length: 16 }, (_, t) => t % 2 ? 100 : 103);
  const samples = paths(candlesOf(jumping), candlesOf(jumping));
  const { moves } = scorePaths(windowOf(candlesOf(jumping.map((p) => (p + 100) / 2))), samples, 1, [
    16,
  ])!;
  assert.ok(Math.abs(moves.model - Math.log(1.03)) < 1e-12);
  assert.ok(Math.abs(moves.actual - Math.log(1.015)) < 1e-12);
  assert.ok(Math.abs(moves.walk - 0.01) < 0.001); // its steps are those of the context
});

Deno.test("scorePaths() has no levels where the context stands still", () => {
  const still = candlesOf(new Array(CONTEXT).fill(100));
  const flat = candlesOf([100, 101]);
  assert.equal(scorePaths(windowOf(flat, still), paths(flat, flat), 1, [2]), null);
});

const walks = fc.array(
  fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 8, maxLength: 8 }),
  { minLength: 3, maxLength: 12 },
);

function closesOf(returns: readonly number[], start = 100): number[] {
  let close = start;
  return returns.map((move) => close *= Math.exp(move));
}

Deno.test("scorePaths() of more steps, further levels and closes alone", () => {
  fc.assert(
    fc.property(walks, fc.double({ min: 0, max: 0.02, noNaN: true }), (returns, wick) => {
      const [actual, ...samples] = returns.map((path) => candlesOf(closesOf(path), wick));
      const { steps } = scorePaths(windowOf(actual), paths(...samples), 1, [4, 8])!;
      for (const { touches, drawdown } of steps) {
        const count = touches.length / 2;
        for (let i = 0; i < count; i++) {
          const [candle, close] = [touches[i], touches[i + count]];
          assert.deepEqual([candle.by, close.by], ["candle", "close"]);
          assert.equal(candle.distance, close.distance);
          for (const who of ["model", "walk", "happened"] as const) {
            assert.ok(close[who] <= candle[who], "a close that touches is in a candle that does");
            if (i % count > 1) assert.ok(candle[who] <= touches[i - 2][who], "further is rarer");
          }
        }
        assert.ok(drawdown.pit > 0 && drawdown.pit < 1);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("scorePaths() does not depend on the unit of the price, nor on the order of paths", () => {
  fc.assert(
    fc.property(walks, fc.constantFrom(0.25, 4, 1024), (returns, unit) => {
      const scored = (factor: number, order: (rows: Float64Array[]) => Float64Array[]) => {
        const [actual, ...samples] = returns.map((path) =>
          candlesOf(closesOf(path)).map((price) => price * factor)
        );
        const context = candlesOf(SWINGING).map((price) => price * factor);
        return scorePaths(windowOf(actual, context), paths(...order(samples)), 1, [8])!;
      };
      const plain = scored(1, (rows) => rows);
      const other = scored(unit, (rows) => rows.toReversed());
      assert.deepEqual(other.steps, plain.steps);
      for (const who of ["model", "walk", "actual"] as const) {
        assert.ok(Math.abs(other.moves[who] - plain.moves[who]) < 1e-12);
      }
    }),
    { numRuns: 30 },
  );
});
