import assert from "node:assert/strict";
import fc from "fast-check";
import { createForecaster } from "../forecast/forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../forecast/scheduler.ts";
import { FakeReplica, type FakeReplicaOptions } from "../forecast/testing/fake_replica.ts";
import { candlesAround } from "../forecast/testing/series_request.ts";
import { backtest, type BacktestWindow, candlesAfterContext, lastWindows } from "./backtest.ts";
import { forecastWindows } from "./forecast_windows.ts";
import { SCORED_STEPS, scoredSteps, scoreWindow } from "./score_window.ts";

const CONTEXT = 30;

function seriesOf(length: number) {
  const times = Float64Array.from({ length }, (_, i) => i * 3_600_000);
  const candles = candlesAround(100, length);
  return { id: "a", file: "a-1h", market: "a", candles, times };
}

function forecasterOf(options: FakeReplicaOptions = {}): ReturnType<typeof createForecaster> {
  const value = (seed: number, path: number, step: number, column: number) =>
    Math.sin(seed * 31 + path * 17 + step * 5 + column);
  return createForecaster({
    engine: {
      replicas: [new FakeReplica({ value, pause: () => Promise.resolve(), ...options })],
      serving: 1,
    },
    clipValue: 5,
    scheduler: DEFAULT_SCHEDULER_SETTINGS,
  });
}

/** How windows are forecast here. */
const options = (horizon: number) => ({
  context: CONTEXT,
  horizon,
  paths: 4,
  sampling: { temperature: 1, topK: 0, topP: 1 },
  policy: "rolling" as const,
  seed: 5,
  concurrency: 3,
});

Deno.test("scoredSteps() are those of an evaluation up to the horizon, and the horizon", () => {
  assert.deepEqual(scoredSteps(1), [1]);
  assert.deepEqual(scoredSteps(16), [1, 4, 16]);
  assert.deepEqual(scoredSteps(24), [1, 4, 16, 24]);
  assert.deepEqual(scoredSteps(64), [...SCORED_STEPS]);
});

Deno.test("lastWindows() end with the last candle, a step apart, and leave room for contexts", () => {
  const choices = fc.record({
    windows: fc.integer({ min: 1, max: 20 }),
    step: fc.integer({ min: 1, max: 20 }),
    horizon: fc.integer({ min: 1, max: 20 }),
    context: fc.integer({ min: 2, max: 40 }),
  });
  fc.assert(fc.property(choices, ({ context, ...choice }) => {
    const series = seriesOf(context + candlesAfterContext(choice));
    const starts = lastWindows(series, choice).map(({ start }) => start);
    assert.equal(starts.length, choice.windows);
    assert.equal(starts[0], context);
    assert.equal(starts.at(-1)! + choice.horizon, series.times.length);
    starts.slice(1).forEach((start, i) => assert.equal(start - starts[i], choice.step));
  }));
});

Deno.test("backtest() gives the scores of an evaluation of the same windows", async () => {
  const choice = { windows: 4, step: 7, horizon: 64 };
  const windows = lastWindows(seriesOf(CONTEXT + candlesAfterContext(choice)), choice);
  const forecaster = forecasterOf();
  const forecasts = await forecastWindows(forecaster, windows, {
    ...options(64),
    looksAtRaw: true,
  });
  const expected = forecasts.map((forecast, i) => scoreWindow(forecast, 5 + i));
  const told: BacktestWindow[] = [];
  const scores = await backtest(forecaster, windows, options(64), (window, index) => {
    assert.equal(index, told.length, "in order");
    told.push(window);
  });
  assert.deepEqual(scores, expected.map((score) => ({ ...score, inconsistent: null })));
  assert.deepEqual(told.map(({ score }) => score), scores);
  await forecaster.close();
});

Deno.test("backtest() stops at the first window that fails, and nothing runs on", async () => {
  const choice = { windows: 6, step: 1, horizon: 4 };
  const windows = lastWindows(seriesOf(CONTEXT + candlesAfterContext(choice)), choice);
  const forecaster = forecasterOf({
    failure: (_call, seeds) => seeds.includes(7) ? new Error("broken") : undefined,
  });
  await assert.rejects(backtest(forecaster, windows, options(4)), /the model failed/);
  assert.deepEqual(forecaster.queue(), { waiting: 0, running: 0 });
  await forecaster.close();
});

Deno.test("backtest() ends with the signal's reason", async () => {
  const choice = { windows: 6, step: 1, horizon: 4 };
  const windows = lastWindows(seriesOf(CONTEXT + candlesAfterContext(choice)), choice);
  const forecaster = forecasterOf();
  const leaving = new AbortController();
  const reason = new Error("gone");
  const told: number[] = [];
  const work = backtest(
    forecaster,
    windows,
    { ...options(4), concurrency: 1, signal: leaving.signal },
    (_window, index) => {
      told.push(index);
      if (index === 1) leaving.abort(reason);
    },
  );
  await assert.rejects(work, (error) => error === reason);
  assert.deepEqual(told, [0, 1]);
  await forecaster.close();
});
