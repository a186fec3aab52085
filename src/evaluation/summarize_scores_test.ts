import assert from "node:assert/strict";
import {
  BANDS,
  CONTENDERS,
  SCORED_STEPS,
  type StepScore,
  type WindowScore,
} from "./score_window.ts";
import { summarizeScores } from "./summarize_scores.ts";

/** A window whose model scores `model` where every other contender scores 2, the bootstrap walk 1. */
function windowOf(file: string, model: number, time: number = 0): WindowScore {
  const crps = Object.fromEntries(CONTENDERS.map((name) => [name, 2])) as StepScore["crps"];
  const score: Omit<StepScore, "step"> = {
    crps: { ...crps, bootstrap: 1, model },
    plainCrps: 2 * model,
    error: 3,
    covered: BANDS.map((_, band) => Number(band > 0)),
    pit: 0.95,
    direction: 1,
    volume: { model: 1, naive: 4 },
  };
  const market = file.split("-")[0];
  return {
    file,
    market,
    time,
    steps: SCORED_STEPS.map((step) => ({ ...score, step })),
    inconsistent: 0.5,
  };
}

Deno.test("summarizeScores() takes means in a cell and geometric means over cells", () => {
  const windows = [windowOf("fx-1h", 1), windowOf("fx-1h", 3), windowOf("cn-1d", 8)];
  const { overall, markets, files, cells, pit, inconsistent } = summarizeScores(windows, 1);
  assert.ok(Math.abs(overall.ratio.value - 4) < 1e-12); // of 2 and 8
  assert.ok(Math.abs(markets.fx.ratio.value - 2) < 1e-12);
  assert.ok(Math.abs(files["cn-1d"].ratio.value - 8) < 1e-12);
  assert.ok(Math.abs(overall.plainRatio - 8) < 1e-12);
  overall.byStep.forEach(({ value }) => assert.ok(Math.abs(value - 4) < 1e-12));
  assert.equal(overall.walks.bootstrap, 1);
  assert.ok(Math.abs(overall.walks.ewma_gaussian - 2) < 1e-12);
  assert.deepEqual(overall.coverage.map(({ value }) => value), [0, 1, 1]);
  assert.equal(overall.direction?.value, 1);
  assert.ok(Math.abs(overall.volumeRatio! - 0.25) < 1e-12);
  assert.ok(Math.abs(overall.errorRatio.value - 1.5) < 1e-12);
  assert.deepEqual([overall.windows, markets.fx.windows], [3, 2]);
  assert.equal(cells.length, 2 * SCORED_STEPS.length);
  assert.equal(inconsistent, 0.5);
  for (const step of pit) assert.deepEqual(step.map(Math.round), [...new Array(9).fill(0), 1]);
});

Deno.test("summarizeScores() gives intervals that hold the value and are empty where nothing varies", () => {
  const even = Array.from({ length: 9 }, (_, i) => windowOf("fx-1h", 2, i));
  const { ratio } = summarizeScores(even, 1).overall;
  assert.deepEqual([ratio.low, ratio.high], [2, 2]);
  const varied = Array.from({ length: 100 }, (_, i) => windowOf("fx-1h", 1 + i % 3, i));
  const { ratio: { value, low, high } } = summarizeScores(varied, 1).overall;
  assert.ok(low < value && value < high);
});

Deno.test("summarizeScores() is the same for the same seed, whatever the order of windows", () => {
  const windows = Array.from({ length: 20 }, (_, i) => windowOf(i % 2 ? "a-1h" : "b-1h", 1 + i, i));
  assert.deepEqual(summarizeScores(windows.toReversed(), 5), summarizeScores(windows, 5));
});
