import assert from "node:assert/strict";
import fc from "fast-check";
import { type PathScore, TOUCH_DISTANCES, TOUCHED_BY } from "./score_paths.ts";
import { summarizePaths } from "./summarize_paths.ts";

/** A window whose paths move `rough` times as far as the closes that came. */
function windowOf(
  { file = "fx-1h", time = 0, rough = 1, model = 0.5, walk = 0.5, happened = 1, covered = 1 }: {
    file?: string;
    time?: number;
    rough?: number;
    model?: number;
    walk?: number;
    happened?: number;
    covered?: number;
  },
): PathScore {
  const touches = TOUCHED_BY.flatMap((by) =>
    TOUCH_DISTANCES.flatMap((distance) =>
      [0, 1].map(() => ({ by, distance, model, walk, happened }))
    )
  );
  return {
    file,
    market: file.split("-")[0],
    time,
    moves: { model: 0.01 * rough, walk: 0.02, actual: 0.01 },
    steps: [4, 16].map((step) => ({ step, touches, drawdown: { pit: 0.25, covered } })),
  };
}

function close(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) < 1e-12, `${value} is not ${expected}`);
}

Deno.test("summarizePaths() takes geometric means of roughness, and means of touches, over files", () => {
  const windows = [
    windowOf({ rough: 1, model: 0.2, walk: 0.5, happened: 1 }),
    windowOf({ rough: 3, model: 0.2, walk: 0.5, happened: 0, time: 1 }),
    windowOf({ file: "cn-1d", rough: 8, model: 0.4, walk: 0.5, happened: 0, covered: 0 }),
  ];
  const { overall, markets } = summarizePaths(windows, 1);
  close(overall.roughness.value, 4); // of 2 and 8
  close(overall.walkRoughness, 2);
  assert.deepEqual([overall.windows, markets.fx.windows, markets.cn.windows], [3, 2, 1]);
  assert.equal(overall.touches.length, 2 * TOUCHED_BY.length * TOUCH_DISTANCES.length);
  for (const touch of overall.touches) {
    close(touch.model, 0.3);
    close(touch.walk, 0.5);
    close(touch.happened, 0.25);
    close(touch.excess.value, 0.05);
    close(touch.brierRatio.value, ((0.64 + 0.04) / 2 + 0.16) / 0.5);
  }
  close(overall.brierRatio.value, (0.34 + 0.16) / 0.5);
  close(markets.fx.brierRatio.value, 0.34 / 0.25);
  for (const { coverage, pit } of overall.drawdowns) {
    close(coverage.value, 0.5);
    close(pit.value, 0.25);
  }
  assert.deepEqual(overall.drawdowns.map(({ step }) => step), [4, 16]);
});

Deno.test("summarizePaths() tells levels apart by step, by what touches and by distance", () => {
  const window = windowOf({});
  const model = (step: number, by: string, distance: number) =>
    step / 64 + (by === "close" ? 0.1 : 0) + distance / 100;
  const steps = window.steps.map((score) => ({
    ...score,
    touches: score.touches.map((touch) => ({
      ...touch,
      model: model(score.step, touch.by, touch.distance),
    })),
  }));
  for (const touch of summarizePaths([{ ...window, steps }], 1).overall.touches) {
    close(touch.model, model(touch.step, touch.by, touch.distance));
  }
});

Deno.test("summarizePaths() scores right probabilities 0, and others by their distance", () => {
  const outcomes = fc.array(fc.nat(1), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(outcomes, fc.double({ min: 0, max: 1, noNaN: true }), (happened, share) => {
      const windows = (given: (came: number) => number) =>
        happened.map((came, time) =>
          windowOf({ time, happened: came, model: given(came), walk: 0.5 })
        );
      const perfect = summarizePaths(windows((came) => came), 1).overall;
      assert.deepEqual(perfect.brierRatio, { value: 0, low: 0, high: 0 });
      close(perfect.touches[0].excess.value, 0);
      const { brierRatio, touches: [touch] } = summarizePaths(windows(() => share), 1).overall;
      const rate = happened.reduce((sum, came) => sum + came, 0) / happened.length;
      const brier = rate * (1 - share) ** 2 + (1 - rate) * share ** 2;
      assert.ok(Math.abs(brierRatio.value - brier / 0.25) < 1e-9);
      assert.ok(Math.abs(touch.excess.value - (share - rate)) < 1e-9);
      assert.ok(touch.excess.low <= touch.excess.high);
    }),
    { numRuns: 10 },
  );
});

Deno.test("summarizePaths() is the same for the same seed, whatever the order of windows", () => {
  const windows = Array.from(
    { length: 20 },
    (_, i) =>
      windowOf({ file: i % 2 ? "a-1h" : "b-1h", time: i, rough: 1 + i, happened: i % 3 % 2 }),
  );
  assert.deepEqual(summarizePaths(windows.toReversed(), 5), summarizePaths(windows, 5));
});
