import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES } from "../kronos/architecture.ts";
import type { SeriesInput } from "../inference/engine.ts";
import { InferenceFailedError } from "./errors.ts";
import { createForecaster, type ScheduledForecaster } from "./forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "./scheduler.ts";
import { FakeReplica, type FakeReplicaOptions } from "./testing/fake_replica.ts";
import { assertClose, candlesAround, columnOf, requestOf } from "./testing/series_request.ts";

const never = new AbortController().signal;
const CLIP = 5;

const OPTIONS = {
  clipValue: CLIP,
  scheduler: DEFAULT_SCHEDULER_SETTINGS,
};

function forecasterOnFake(
  options: FakeReplicaOptions = {},
): { forecaster: ScheduledForecaster; replica: FakeReplica } {
  const replica = new FakeReplica(options);
  const forecaster = createForecaster({ ...OPTIONS, engine: { replicas: [replica], serving: 1 } });
  return { forecaster, replica };
}

Deno.test("forecast() answers in the units of the input", async () => {
  const candles = candlesAround(50_000);
  const { forecaster } = forecasterOnFake({ value: (_seed, _path, step) => step });
  const [forecast] = await forecaster.forecast([requestOf(candles, { raw: true })], never);
  for (let step = 0; step < 3; step++) {
    for (let column = 0; column < FEATURES; column++) {
      const { mean, std } = columnOf(candles, column);
      assertClose(forecast.mean[step * FEATURES + column], mean + step * (std + 1e-5));
    }
  }
  assert.equal(forecast.samples, null);
  assert.deepEqual(forecast.quantiles, []);
  await forecaster.close();
});

Deno.test("forecast() hands the model normalised candles, clipped", async () => {
  const candles = candlesAround(100, 400);
  candles[4] = 1e9; // a volume 20 standard deviations out
  const inputs: SeriesInput[] = [];
  const { forecaster } = forecasterOnFake({
    cohort: (input) => {
      inputs.push(input);
      return "all";
    },
  });
  const request = requestOf(candles, { seed: 9, paths: 2, policy: "exact" });
  await forecaster.forecast([request], never);
  const [{ features, stamps, horizon, paths, sampling, seed, policy }] = inputs;
  assert.equal(features.length, candles.length);
  assert.equal(features[4], CLIP);
  const { mean, std } = columnOf(candles, 0);
  assert.ok(Math.abs(features[6] - (candles[6] - mean) / (std + 1e-5)) < 1e-5);
  assert.deepEqual({ stamps, horizon, paths, sampling, seed, policy }, {
    stamps: request.stamps,
    horizon: 3,
    paths: 2,
    sampling: request.sampling,
    seed: 9,
    policy: "exact",
  });
  await forecaster.close();
});

Deno.test("forecast() answers mean, quantiles in the asked order, and every path", async () => {
  const { forecaster } = forecasterOnFake({ value: (_seed, path) => path });
  const [forecast] = await forecaster.forecast([
    requestOf(candlesAround(100), {
      paths: 3,
      quantiles: [0.75, 0.25],
      includeSamples: true,
      raw: true,
    }),
  ], never);
  const { samples, mean, quantiles: [upper, lower] } = forecast;
  assert.ok(samples);
  const cells = 3 * FEATURES;
  assert.equal(samples.length, 3 * cells);
  for (let cell = 0; cell < cells; cell++) {
    const [first, second, third] = [cell, cells + cell, 2 * cells + cell].map((i): number =>
      samples[i]
    );
    assert.ok(first < second && second < third);
    assertClose(mean[cell], second);
    assert.deepEqual([lower[cell], upper[cell]], [first, third]); // positions 1 and 3 of 3
  }
  await forecaster.close();
});

Deno.test("forecast() makes candles consistent unless raw", async () => {
  // High far below and low far above the others; volume far below zero.
  const value = (_seed: number, _path: number, _step: number, column: number) =>
    [0, -4, 4, 1, -99, -99][column];
  const { forecaster } = forecasterOnFake({ value });
  const candles = candlesAround(100);
  const [made, raw] = await forecaster.forecast(
    [requestOf(candles), requestOf(candles, { raw: true })],
    never,
  );
  const [open, high, low, close, volume, amount] = made.mean;
  assert.ok(low <= Math.min(open, close) && high >= Math.max(open, close));
  assert.deepEqual([volume, amount], [0, 0]);
  assert.ok(raw.mean[1] < raw.mean[2] && raw.mean[4] < 0);
  await forecaster.close();
});

Deno.test("forecast() of a coin at 1e-6 moves by the coin's own deviation", async () => {
  const candles = candlesAround(1e-6);
  const { forecaster } = forecasterOnFake({ value: () => 1 });
  const [forecast] = await forecaster.forecast([requestOf(candles)], never);
  const { mean, std } = columnOf(candles, 3);
  assert.ok(Math.abs(forecast.mean[3] - (mean + std)) < 0.01 * std, `${forecast.mean[3]}`);
  await forecaster.close();
});

Deno.test("forecast() keeps the reference's numbers for a cheap coin where raw or exact", async () => {
  const candles = candlesAround(1e-6);
  const { forecaster } = forecasterOnFake({ value: () => 1 });
  const { mean, std } = columnOf(candles, 3);
  const forecasts = await forecaster.forecast(
    [requestOf(candles, { raw: true }), requestOf(candles, { policy: "exact" })],
    never,
  );
  for (const forecast of forecasts) assertClose(forecast.mean[3], mean + std + 1e-5);
  await forecaster.close();
});

Deno.test("forecast() throws InferenceFailedError where the model answers no number", async () => {
  const { forecaster, replica } = forecasterOnFake({ value: (seed) => seed === 1 ? NaN : 0 });
  const [broken, whole] = await Promise.allSettled([
    forecaster.forecast([requestOf(candlesAround(100), { seed: 1 })], never),
    forecaster.forecast([requestOf(candlesAround(100), { seed: 2 })], never),
  ]);
  assert.equal(broken.status, "rejected");
  assert.ok(broken.reason instanceof InferenceFailedError);
  assert.match(broken.reason.message, /the model's answer is NaN/);
  assert.equal(whole.status, "fulfilled");
  await forecaster.close();
  assert.equal(replica.held, 0);
});

Deno.test("forecast() rejects with the signal's reason and counts in queue() until then", async () => {
  const { forecaster, replica } = forecasterOnFake();
  const controller = new AbortController();
  const forecast = forecaster.forecast(
    [requestOf(candlesAround(100), { horizon: 512 })],
    controller.signal,
  );
  const { waiting, running } = forecaster.queue();
  assert.equal(waiting + running, 1);
  const reason = new Error("the client left");
  controller.abort(reason);
  await assert.rejects(forecast, (error) => error === reason);
  assert.deepEqual(forecaster.queue(), { waiting: 0, running: 0 });
  await forecaster.close();
  assert.equal(replica.held, 0);
});

const requestCase = fc.record({
  price: fc.double({ min: 1e-8, max: 1e9, noNaN: true }),
  time: fc.integer({ min: 1, max: 20 }),
  horizon: fc.integer({ min: 1, max: 40 }),
  paths: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(1000),
  raw: fc.boolean(),
  includeSamples: fc.boolean(),
  quantiles: fc.constantFrom([], [0.5], [0.9, 0.1]),
});

Deno.test("forecast() gives a series the same numbers alone and in any batch", async () => {
  const value = (seed: number, path: number, step: number, column: number) =>
    Math.sin(seed * 31 + path * 17 + step * 5 + column) * 3;
  await fc.assert(
    fc.asyncProperty(fc.array(requestCase, { minLength: 1, maxLength: 8 }), async (cases) => {
      const requests = cases.map(({ price, time, ...changes }) =>
        requestOf(candlesAround(price, time), changes)
      );
      const { forecaster, replica } = forecasterOnFake({ value, pause: () => Promise.resolve() });
      const together = await forecaster.forecast(requests, never);
      for (const [i, request] of requests.entries()) {
        const [alone] = await forecaster.forecast([request], never);
        const { timings: _together, ...numbers } = together[i];
        const { timings: _alone, ...expected } = alone;
        assert.deepEqual(numbers, expected);
        assert.equal(numbers.mean.length, request.horizon * FEATURES);
        assert.equal(numbers.samples === null, !request.includeSamples);
      }
      await forecaster.close();
      assert.deepEqual(replica.breaches, []);
    }),
    { numRuns: 50 },
  );
});

Deno.test("forecast() shares the paths of a series out over idle replicas, with the same numbers", async () => {
  const request = requestOf(candlesAround(100), { paths: 20, horizon: 40, includeSamples: true });
  const alone = forecasterOnFake({});
  const [expected] = await alone.forecaster.forecast([request], never);
  await alone.forecaster.close();
  const replicas = [new FakeReplica(), new FakeReplica(), new FakeReplica()];
  const forecaster = createForecaster({ ...OPTIONS, engine: { replicas, serving: 3 } });
  const [shared] = await forecaster.forecast([request], never);
  // 20 paths are worth two parts of at least 8, not three.
  assert.deepEqual(replicas.map(({ prefills }) => prefills.length), [1, 1, 0]);
  assert.deepEqual(replicas.map(({ decodes }) => decodes[0]?.rows), [10, 10, undefined]);
  assert.deepEqual({ ...shared, timings: null }, { ...expected, timings: null });
  await forecaster.close();
});

Deno.test("forecast() leaves the paths of a series together where the replicas are busy", async () => {
  const request = requestOf(candlesAround(100), { paths: 32, horizon: 40 });
  const replicas = [new FakeReplica(), new FakeReplica()];
  const forecaster = createForecaster({ ...OPTIONS, engine: { replicas, serving: 2 } });
  await Promise.all(
    Array.from({ length: 4 }, (_, seed) => forecaster.forecast([{ ...request, seed }], never)),
  );
  // The first came to idle replicas; the three after it did not.
  const prefills = replicas.flatMap((replica) => replica.prefills).sort();
  assert.deepEqual(prefills, [0, 0, 1, 2, 3]);
  await forecaster.close();
});
