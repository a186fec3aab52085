import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import type { SeriesRequest } from "./forecast.ts";
import { workOf } from "./request_work.ts";

/** A series of so many candles. */
function series(time: number, horizon: number, paths: number): SeriesRequest {
  return {
    candles: new Float64Array(time * FEATURES),
    stamps: new Int32Array(0),
    horizon,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    paths,
    seed: 0,
    quantiles: [],
    includeSamples: false,
    raw: false,
    policy: "rolling",
  };
}

const anySeries = fc.tuple(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 512 }),
  fc.integer({ min: 1, max: 64 }),
).map(([time, horizon, paths]) => series(time, horizon, paths));

Deno.test("workOf() counts candles, and a token for each step of each path", () => {
  assert.equal(workOf([series(400, 120, 32)]).tokens, 400 + 120 * 32);
  assert.equal(workOf([]).tokens, 0);
});

Deno.test("workOf() of many series is the sum of each alone", () => {
  fc.assert(fc.property(fc.array(anySeries, { maxLength: 8 }), (all) => {
    const alone = all.map((one) => workOf([one]));
    const sum = (of: "tokens" | "units"): number => alone.reduce((sum, one) => sum + one[of], 0);
    assert.deepEqual(workOf(all), { tokens: sum("tokens"), units: sum("units") });
  }));
});

Deno.test("workOf() grows with candles, steps and paths, and paths of one series are cheaper", () => {
  fc.assert(fc.property(anySeries, (one) => {
    const { horizon, paths } = one;
    const time = one.candles.length / FEATURES;
    const { units } = workOf([one]);
    assert.ok(workOf([series(time + 2, horizon, paths)]).units > units);
    assert.ok(workOf([series(time, horizon + 1, paths)]).units > units);
    assert.ok(workOf([series(time, horizon, paths + 1)]).units > units);
    assert.ok(workOf([series(time, horizon, 2 * paths)]).units < 2 * units);
  }));
});
