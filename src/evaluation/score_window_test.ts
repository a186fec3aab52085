import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSE, FEATURES, VOLUME } from "../kronos/architecture.ts";
import { inconsistentShare, type WindowForecast } from "./forecast_windows.ts";
import { BANDS, covers, probabilityTransform, SCORED_STEPS, scoreWindow } from "./score_window.ts";

const CONTEXT = 30;
const HORIZON = 64;

/** Candles whose four prices are `price(t)` and whose volume is `volume(t)`. */
function candlesOf(
  length: number,
  price: (t: number) => number,
  volume: (t: number) => number,
): Float64Array {
  const candles = new Float64Array(length * FEATURES);
  for (let t = 0; t < length; t++) {
    candles.fill(price(t), t * FEATURES, t * FEATURES + VOLUME);
    candles.fill(volume(t), t * FEATURES + VOLUME, (t + 1) * FEATURES);
  }
  return candles;
}

/** Four paths, at 99, 100, 101 and 102 at every step, for a series that swings, then stays at 101. */
function forecastOf(changes: Partial<WindowForecast> = {}): WindowForecast {
  const candles = candlesOf(
    CONTEXT + HORIZON,
    (t) => t < CONTEXT ? 100 + (t + 1) % 2 : 101,
    () => 5,
  );
  const series = {
    id: "fx.A",
    file: "fx-1h",
    market: "fx",
    candles,
    times: Float64Array.from({ length: CONTEXT + HORIZON }, (_, t) => t * 3_600_000),
  };
  return {
    window: { series, start: CONTEXT },
    context: candles.subarray(0, CONTEXT * FEATURES),
    actual: candles.subarray(CONTEXT * FEATURES),
    closes: Float64Array.from({ length: 4 * HORIZON }, (_, i) => 99 + Math.floor(i / HORIZON)),
    volume: new Float64Array(HORIZON).fill(6),
    inconsistent: 0.25,
    ...changes,
  };
}

Deno.test("scoreWindow() scores closes as shares of the last one", () => {
  const forecast = forecastOf();
  assert.equal(forecast.context[(CONTEXT - 1) * FEATURES + CLOSE], 100);
  const { steps, market, file, time, inconsistent } = scoreWindow(forecast, 1);
  assert.deepEqual({ market, file, time, inconsistent }, {
    market: "fx",
    file: "fx-1h",
    time: CONTEXT * 3_600_000,
    inconsistent: 0.25,
  });
  assert.equal(steps.length, SCORED_STEPS.length);
  for (const { crps, plainCrps, error, pit, direction, covered, volume } of steps) {
    // Distances 2, 1, 0 and 1: mean 1. Six pairs, their differences 10 together: half of 10 / 6.
    assert.ok(Math.abs(crps.model - (1 - 10 / 12) / 100) < 1e-12);
    assert.ok(Math.abs(plainCrps - (1 - 10 / 16) / 100) < 1e-12); // 16 pairs with self
    assert.ok(Math.abs(crps.last_value - 0.01) < 1e-12);
    assert.ok(Math.abs(error - 0.005) < 1e-12);
    assert.equal(pit, 0.6); // the third of four: 2 below and itself, of 5
    assert.equal(direction, 1);
    assert.deepEqual(covered, BANDS.map(() => 1));
    assert.ok(Math.abs(volume!.model - 0.2) < 1e-12);
    assert.equal(volume!.naive, 0);
  }
});

Deno.test("scoreWindow() has no direction where the close stays, no volume where there is none", () => {
  const still = candlesOf(CONTEXT + HORIZON, (t) => t < CONTEXT - 1 ? 100 + t % 2 : 100, () => 0);
  const { window } = forecastOf();
  const { steps } = scoreWindow(
    forecastOf({
      window: { ...window, series: { ...window.series, candles: still } },
      context: still.subarray(0, CONTEXT * FEATURES),
      actual: still.subarray(CONTEXT * FEATURES),
    }),
    1,
  );
  for (const { direction, volume } of steps) assert.deepEqual([direction, volume], [null, null]);
});

Deno.test("probabilityTransform() and covers() are even for draws of one distribution", () => {
  const values = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), {
    minLength: 20,
    maxLength: 20,
  });
  fc.assert(fc.property(values, (drawn) => {
    // Each of 20 takes its turn as what came, among the 19 others.
    const others = drawn.map((_, i) => Float64Array.from(drawn.toSpliced(i, 1)).sort());
    const places = drawn.map((value, i) => probabilityTransform(others[i], value)).sort();
    places.forEach((place, i) => assert.ok(Math.abs(place - (i + 0.5) / 20) < 1e-12));
    for (const band of [0.5, 0.8, 0.9]) {
      const covered = drawn.filter((value, i) => covers(others[i], band, value)).length;
      assert.equal(covered, 20 * band);
    }
  }));
});

Deno.test("inconsistentShare() counts candles whose high or low does not hold the others", () => {
  const candles = Float64Array.of(1, 2, 1, 2, 0, 0, 1, 1.5, 1, 2, 0, 0, 1, 2, 1.5, 2, 0, 0);
  assert.equal(inconsistentShare(candles), 2 / 3);
});
