import assert from "node:assert/strict";
import { calibrateForecast } from "./calibrate_forecast.ts";
import { crossFitted, fitCalibration } from "./fit_calibration.ts";
import type { WindowForecast } from "./forecast_windows.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { normalQuantiles } from "../forecast/calibrate_paths.ts";
import { SCORED_STEPS, scoreWindow } from "./score_window.ts";
import { summarizeScores } from "./summarize_scores.ts";

const CONTEXT = 30;
const HORIZON = 64;
const PATHS = 16;
const STEP = 0.01;
const SAMPLING = { temperature: 1, topK: 0, topP: 1 };

/** Outcomes at even quantiles, in a shuffled order. */
const OUTCOMES = normalQuantiles(40).map((_, i, all) => all[i * 17 % 40]);

/**
 * A window of a random walk whose steps are 1%, as the model sees it.
 *
 * @param drift of the paths' mean at each step, in standard deviations of the walk
 * @param width of the paths, in standard deviations of the walk
 */
function windowOf(index: number, drift: number, width: number): WindowForecast {
  const candles = new Float64Array((CONTEXT + HORIZON) * FEATURES);
  for (let t = 0; t < CONTEXT + HORIZON; t++) {
    const ahead = t - CONTEXT + 1;
    const came = Math.exp(STEP * Math.sqrt(ahead) * OUTCOMES[index % 40]);
    const price = ahead < 1 ? 100 * Math.exp(STEP * (-ahead % 2)) : 100 * came;
    candles.fill(price, t * FEATURES, (t + 1) * FEATURES);
  }
  const normal = normalQuantiles(PATHS);
  const sign = index % 2 === 0 ? 1 : -1;
  const closes = Float64Array.from({ length: PATHS * HORIZON }, (_, i) => {
    const z = drift * sign + width * normal[Math.floor(i / HORIZON)];
    return 100 * Math.exp(STEP * Math.sqrt(i % HORIZON + 1) * z);
  });
  const times = Float64Array.from({ length: CONTEXT + HORIZON }, (_, t) => (index + t) * 3_600_000);
  return {
    window: { series: { id: "fx.A", file: "fx-1h", market: "fx", candles, times }, start: CONTEXT },
    context: candles.slice(0, CONTEXT * FEATURES),
    actual: candles.slice(CONTEXT * FEATURES),
    closes,
    volume: new Float64Array(HORIZON),
    inconsistent: 0,
  };
}

function windowsOf(count: number, drift: number, width: number): WindowForecast[] {
  return Array.from({ length: count }, (_, index) => windowOf(index, drift, width));
}

function scoreOf(forecasts: readonly WindowForecast[]): number {
  return summarizeScores(forecasts.map((one) => scoreWindow(one, 1)), 1).overall.plainRatio;
}

Deno.test("the windows of this test leave from 100", () => {
  assert.equal(windowOf(0, 0, 1).context[(CONTEXT - 1) * FEATURES + CLOSE], 100);
});

Deno.test("fitCalibration() drops a drift that says nothing", () => {
  const { drift, steps, sampling } = fitCalibration(windowsOf(40, 1, 1), SAMPLING);
  assert.deepEqual(drift, [0, 0, 0, 0]);
  assert.deepEqual(steps, SCORED_STEPS);
  assert.deepEqual(sampling, SAMPLING);
});

Deno.test("fitCalibration() makes paths that are too narrow or too wide score better", () => {
  for (const width of [0.3, 3]) {
    const windows = windowsOf(40, 0, width);
    const calibration = fitCalibration(windows, SAMPLING);
    const calibrated = windows.map((window) => calibrateForecast(window, calibration));
    assert.ok(scoreOf(calibrated) < 0.97 * scoreOf(windows), `width ${width}`);
    assert.ok(Math.abs(scoreOf(calibrated) - scoreOf(windowsOf(40, 0, 1))) < 0.02);
  }
});

Deno.test("crossFitted() calibrates each half of the time by the other, in the order given", () => {
  // The early half is too narrow, the late one right.
  const windows = [
    ...Array.from({ length: 40 }, (_, i) => windowOf(i, 0, 0.3)),
    ...Array.from({ length: 40 }, (_, i) => windowOf(40 + i, 0, 1)),
  ];
  const byOther = [windows.slice(40), windows.slice(0, 40)].map((half) =>
    fitCalibration(half, SAMPLING)
  );
  crossFitted(windows.toReversed(), SAMPLING).toReversed().forEach((forecast, i) => {
    const expected = calibrateForecast(windows[i], byOther[i < 40 ? 0 : 1]);
    assert.deepEqual(forecast.closes, expected.closes);
  });
});
