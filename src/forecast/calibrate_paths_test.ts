import assert from "node:assert/strict";
import fc from "fast-check";
import type { Calibration } from "../inference/engine.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import {
  calibrateCloses,
  calibrationAt,
  MIN_CALIBRATED_PATHS,
  normalQuantiles,
  pathCalibration,
} from "./calibrate_paths.ts";
import { makeCandlesConsistent } from "./consistent_candles.ts";
import { quantilesOverPaths } from "./quantiles.ts";

const SAMPLING = { temperature: 1, topK: 0, topP: 1 };
const IDENTITY: Calibration = { sampling: SAMPLING, steps: [1], drift: [1], own: [1], scale: [1] };
const FITTED: Calibration = {
  sampling: SAMPLING,
  steps: [1, 4, 16],
  drift: [0, 0.5, 1],
  own: [0.2, 0.4, 0.6],
  scale: [0.8, 1, 1.2],
};
const PATHS = MIN_CALIBRATED_PATHS;

/** Candles whose closes swing by a hundredth around 100. */
const CONTEXT = Float64Array.from(
  { length: 40 * FEATURES },
  (_, i) => 100 + Math.floor(i / FEATURES) % 2,
);

const price = fc.double({ min: 50, max: 200, noNaN: true });

/** Paths of three steps whose candles are consistent. */
const samples = fc.array(price, { minLength: PATHS * 18, maxLength: PATHS * 18 }).map((values) => {
  const candles = Float64Array.from(values);
  makeCandlesConsistent(candles, 100);
  return candles;
});

Deno.test("calibrationAt() is linear in the logarithm of the step, and held at the ends", () => {
  assert.deepEqual(calibrationAt(FITTED, 1), { drift: 0, own: 0.2, scale: 0.8 });
  const { drift, own, scale } = calibrationAt(FITTED, 2); // half way from 1 to 4
  for (const [value, expected] of [[drift, 0.25], [own, 0.3], [scale, 0.9]]) {
    assert.ok(Math.abs(value - expected) < 1e-12);
  }
  assert.deepEqual(calibrationAt(FITTED, 100), { drift: 1, own: 0.6, scale: 1.2 });
  assert.deepEqual(calibrationAt({ ...FITTED, steps: [3, 4, 16] }, 1).scale, 0.8);
});

Deno.test("normalQuantiles() are those of the normal distribution, to half a percent", () => {
  const quantiles = normalQuantiles(39); // at 1/40, 2/40, ..
  const known: [rank: number, value: number][] = [[0, -1.95996], [9, -0.67449], [19, 0], [
    35,
    1.28155,
  ]];
  for (const [rank, value] of known) assert.ok(Math.abs(quantiles[rank] - value) < 0.005);
});

Deno.test("calibrateCloses() of a case worked out by hand", () => {
  const walk = { lastClose: 100, volatility: 0.01, normal: Float64Array.of(-1, 0, 1) };
  const closes = Float64Array.of(102, 103, 107); // mean 104
  const fitted = { drift: 0.5, own: 0.25, scale: 2 };
  const [low, middle, high] = calibrateCloses(closes, 4, walk, fitted);
  // The centre is 102; two standard deviations of a step are 0.02.
  const moves = [100 * Math.expm1(-0.02), 0, 100 * Math.expm1(0.02)];
  assert.ok(Math.abs(low - (102 + 2 * (0.25 * -2 + 0.75 * moves[0]))) < 1e-9);
  assert.ok(Math.abs(middle - (102 + 2 * 0.25 * -1)) < 1e-9);
  assert.ok(Math.abs(high - (102 + 2 * (0.25 * 3 + 0.75 * moves[2]))) < 1e-9);
});

Deno.test("pathCalibration() that was fitted to change nothing changes nothing", () => {
  fc.assert(fc.property(samples, (values) => {
    const after = values.slice();
    pathCalibration(PATHS, CONTEXT, IDENTITY)(after);
    after.forEach((value, i) => assert.ok(Math.abs(value - values[i]) < 1e-9));
  }));
});

Deno.test("pathCalibration() keeps ranks, bodies' order, wicks, volume and amount", () => {
  fc.assert(fc.property(samples, (values) => {
    const after = values.slice();
    pathCalibration(PATHS, CONTEXT, FITTED)(after);
    const wicks = (candles: Float64Array, at: number): number[] => {
      const [open, high, low, close] = candles.subarray(at, at + FEATURES);
      return [high - Math.max(open, close), Math.min(open, close) - low];
    };
    for (let at = 0; at < values.length; at += FEATURES) {
      assert.deepEqual(after.subarray(at + 4, at + 6), values.subarray(at + 4, at + 6));
      const [before, now] = [wicks(values, at), wicks(after, at)];
      before.forEach((wick, i) => assert.ok(Math.abs(wick - now[i]) < 1e-9));
    }
    for (let step = 0; step < 3; step++) {
      for (let a = 0; a < PATHS; a++) {
        for (let b = 0; b < PATHS; b++) {
          const [first, second] = [a, b].map((p) => (p * 3 + step) * FEATURES + CLOSE);
          if (values[first] < values[second]) assert.ok(after[first] <= after[second]);
        }
      }
    }
  }));
});

Deno.test("pathCalibration() moves an open as the close before it, the first not at all", () => {
  fc.assert(fc.property(samples, (values) => {
    const after = values.slice();
    pathCalibration(PATHS, CONTEXT, FITTED)(after);
    for (let path = 0; path < PATHS; path++) {
      const at = path * 3 * FEATURES;
      assert.equal(after[at], values[at]);
      const gap = (candles: Float64Array): number => candles[at + FEATURES] - candles[at + CLOSE];
      assert.ok(Math.abs(gap(after) - gap(values)) < 1e-9);
    }
  }));
});

Deno.test("pathCalibration() leaves candles whose quantiles are candles", () => {
  fc.assert(fc.property(samples, (values) => {
    pathCalibration(PATHS, CONTEXT, FITTED)(values);
    makeCandlesConsistent(values, 100);
    for (const rows of quantilesOverPaths(values, PATHS, [0.1, 0.5, 0.9])) {
      for (let at = 0; at < rows.length; at += FEATURES) {
        const [open, high, low, close] = rows.subarray(at, at + FEATURES);
        assert.ok(high >= Math.max(open, close) && low <= Math.min(open, close));
      }
    }
  }));
});

Deno.test("pathCalibration() leaves few paths as they are", () => {
  const values = new Float64Array((PATHS - 1) * FEATURES).map((_, i) => 90 + i % 17);
  const after = values.slice();
  pathCalibration(PATHS - 1, CONTEXT, FITTED)(after);
  assert.deepEqual(after, values);
});

Deno.test("pathCalibration() stays finite for prices that no market has", () => {
  const wild = Float64Array.from(
    { length: 40 * FEATURES },
    (_, i) => Math.floor(i / FEATURES) % 2 === 0 ? 1e-300 : 1e18,
  );
  for (const candles of [wild, wild.slice(0, FEATURES), CONTEXT.map(() => 1e18)]) {
    const values = new Float64Array(PATHS * 30 * FEATURES).map((_, i) => i % 7);
    pathCalibration(PATHS, candles, FITTED)(values);
    assert.ok(values.every(Number.isFinite));
  }
});

Deno.test("pathCalibration() gives the same numbers however many steps come at a time", () => {
  fc.assert(fc.property(samples, fc.integer({ min: 1, max: 3 }), (values, chunk) => {
    const whole = values.slice();
    pathCalibration(PATHS, CONTEXT, FITTED)(whole);
    const calibrate = pathCalibration(PATHS, CONTEXT, FITTED);
    for (let from = 0; from < 3; from += chunk) {
      const steps = Math.min(chunk, 3 - from);
      const at = (path: number): number => (path * 3 + from) * FEATURES;
      const part = Float64Array.from(
        Array.from({ length: PATHS }, (_, path) => [
          ...values.subarray(at(path), at(path) + steps * FEATURES),
        ]).flat(),
      );
      calibrate(part);
      for (let path = 0; path < PATHS; path++) {
        assert.deepEqual(
          part.slice(path * steps * FEATURES, (path + 1) * steps * FEATURES),
          whole.slice(at(path), at(path) + steps * FEATURES),
        );
      }
    }
  }));
});
