import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import { eventAnswers, shareError } from "./event_answers.ts";
import type { EventProbability, ExpectedDrawdown, ForecastEvent } from "./events.ts";

/** Paths of candles by their high, low and close. */
function samplesOf(paths: readonly (readonly [high: number, low: number, close: number][])[]) {
  return Float64Array.from(
    paths.flat().flatMap(([high, low, close]) => [close, high, low, close, 0, 0]),
  );
}

const candle = fc.tuple(
  fc.double({ min: 50, max: 150, noNaN: true }),
  fc.double({ min: 50, max: 150, noNaN: true }),
  fc.double({ min: 50, max: 150, noNaN: true }),
).map((prices): [number, number, number] => {
  const [low, close, high] = prices.toSorted((a, b) => a - b);
  return [high, low, close];
});

/** Paths of one length, and a step of them. */
const forecast = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 6 })).chain(
  ([paths, horizon]) =>
    fc.record({
      paths: fc.constant(paths),
      samples: fc.array(
        fc.array(candle, { minLength: horizon, maxLength: horizon }),
        { minLength: paths, maxLength: paths },
      ).map(samplesOf),
      step: fc.integer({ min: 1, max: horizon }),
      lower: fc.double({ min: 40, max: 100, noNaN: true }),
      upper: fc.double({ min: 100.5, max: 160, noNaN: true }),
      lastClose: fc.double({ min: 50, max: 150, noNaN: true }),
    }),
);

type Forecast = typeof forecast extends fc.Arbitrary<infer Value> ? Value : never;

/** Probabilities of events, in their order. */
function probabilities({ samples, paths, lastClose }: Forecast, events: ForecastEvent[]): number[] {
  return eventAnswers(events, samples, paths, lastClose)
    .map((answer) => (answer as EventProbability).probability);
}

const PATHS = samplesOf([
  [[110, 95, 100], [120, 99, 118]],
  [[104, 90, 92], [105, 80, 101]],
]);

Deno.test("eventAnswers() counts closes at the step, strictly beyond the level", () => {
  const at = (type: "close_above" | "close_below", level: number, step: number) =>
    (eventAnswers([{ type, level, step }], PATHS, 2, 100)[0] as EventProbability).probability;
  assert.deepEqual([at("close_above", 100, 1), at("close_below", 100, 1)], [0, 0.5]);
  assert.deepEqual([at("close_above", 100, 2), at("close_above", 101, 2)], [1, 0.5]);
});

Deno.test("eventAnswers() counts touches of any candle up to the step, the level itself included", () => {
  const answers = eventAnswers(
    [
      { type: "touch_above", level: 110, step: 1 },
      { type: "touch_below", level: 90, step: 2 },
      { type: "touch_below", level: 89.9, step: 1 },
      { type: "range", low: 94, high: 121, step: 2 },
      { type: "range", low: 95, high: 121, step: 2 },
    ],
    PATHS,
    2,
    100,
  );
  assert.deepEqual(
    answers.map((answer) => (answer as EventProbability).probability),
    [0.5, 0.5, 0, 0.5, 0],
  );
});

Deno.test("eventAnswers() measures drawdowns of the closes from the last close of the input on", () => {
  const samples = samplesOf([
    [[100, 1, 90], [200, 1, 120], [200, 1, 60]],
    [[100, 1, 100], [200, 1, 110], [200, 1, 130]],
  ]);
  const events = [1, 3].map((step) => ({ type: "max_drawdown" as const, step }));
  const [first, last] = eventAnswers(events, samples, 2, 100, [0.5]) as ExpectedDrawdown[];
  assert.deepEqual([first.expected, first.quantiles], [0.05, [0.05]]);
  assert.deepEqual([last.expected, last.standardError], [0.25, 0.25]);
  const [asked] = eventAnswers(events, samples, 2, 100) as ExpectedDrawdown[];
  assert.deepEqual(asked.levels, [0.1, 0.5, 0.9]);
});

Deno.test("a probability never rises with the level above it, nor falls with the steps to touch it", () => {
  fc.assert(fc.property(forecast, (given) => {
    const { step, lower, upper } = given;
    for (const type of ["close_above", "touch_above"] as const) {
      const [low, high] = probabilities(given, [
        { type, level: lower, step },
        { type, level: upper, step },
      ]);
      assert.ok(low >= high, type);
    }
    for (const type of ["close_below", "touch_below"] as const) {
      const [low, high] = probabilities(given, [
        { type, level: lower, step },
        { type, level: upper, step },
      ]);
      assert.ok(low <= high, type);
    }
    const [early, late] = probabilities(given, [
      { type: "touch_above", level: upper, step: 1 },
      { type: "touch_above", level: upper, step },
    ]);
    assert.ok(early <= late);
  }));
});

Deno.test("a close beyond a level touches it; above, below and at it are all there is", () => {
  fc.assert(fc.property(forecast, fc.boolean(), (given, atClose) => {
    const { samples, step, paths } = given;
    const horizon = samples.length / FEATURES / paths;
    const closes = Array.from(
      { length: paths },
      (_, path) => samples[(path * horizon + step - 1) * FEATURES + 3],
    );
    const level = atClose ? closes[0] : given.lower;
    const [above, below, over, under] = probabilities(given, [
      { type: "close_above", level, step },
      { type: "close_below", level, step },
      { type: "touch_above", level, step },
      { type: "touch_below", level, step },
    ]);
    assert.ok(over >= above && under >= below);
    const at = closes.filter((close) => close === level).length;
    assert.ok(Math.abs(above + below + at / paths - 1) < 1e-12);
  }));
});

Deno.test("a range holds exactly where neither of its bounds is touched", () => {
  fc.assert(fc.property(forecast, (given) => {
    const { step, lower: low, upper: high } = given;
    const [range, over, under] = probabilities(given, [
      { type: "range", low, high, step },
      { type: "touch_above", level: high, step },
      { type: "touch_below", level: low, step },
    ]);
    const either = 1 - range;
    assert.ok(either >= Math.max(over, under) - 1e-12 && either <= over + under + 1e-12);
  }));
});

Deno.test("drawdowns are from 0 to 1, grow with the steps, and their quantiles with the level", () => {
  fc.assert(fc.property(forecast, ({ samples, paths, step, lastClose }) => {
    const events = [1, step].map((at) => ({ type: "max_drawdown" as const, step: at }));
    const answers = eventAnswers(events, samples, paths, lastClose) as ExpectedDrawdown[];
    const [first, last] = answers;
    assert.ok(first.expected <= last.expected + 1e-12);
    for (const { expected, quantiles } of answers) {
      assert.ok(expected >= 0 && expected < 1);
      assert.deepEqual(quantiles, quantiles.toSorted((a, b) => a - b));
    }
  }));
});

Deno.test("shareError() is the binomial's, and never 0", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 1024 }), fc.nat(), (paths, any) => {
    const happened = any % (paths + 1);
    const share = happened / paths;
    const error = shareError(happened, paths);
    assert.ok(Math.abs(error - shareError(paths - happened, paths)) < 1e-12);
    assert.ok(error > 0);
    if (happened > 0 && happened < paths) {
      assert.ok(Math.abs(error - Math.sqrt(share * (1 - share) / paths)) < 1e-12);
    }
  }));
});
