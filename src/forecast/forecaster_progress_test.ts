/** What a forecaster tells while it works: the steps that are final, and nothing that changes later. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ReplicaFault } from "../inference/replica_fault.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { ForecastSteps, SeriesForecast } from "./forecast.ts";
import { createForecaster } from "./forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "./scheduler.ts";
import { FakeReplica, type FakeReplicaOptions } from "./testing/fake_replica.ts";
import { candlesAround, requestOf } from "./testing/series_request.ts";

const never = new AbortController().signal;
const SAMPLING = { temperature: 1, topK: 0, topP: 1 };
const CALIBRATION = {
  sampling: SAMPLING,
  steps: [1, 8],
  drift: [0.2, 0.8],
  own: [0.5, 0.7],
  scale: [0.9, 1.1],
};

const wave = (seed: number, path: number, step: number, column: number): number =>
  Math.sin(seed * 31 + path * 17 + step * 5 + column) * 3;

/** A forecaster that anchors and calibrates, on replicas that answer a wave. */
function forecasterOf(
  replicas: number,
  chunkSteps: number,
  options: FakeReplicaOptions = {},
): ReturnType<typeof createForecaster> {
  return createForecaster({
    engine: {
      replicas: Array.from({ length: replicas }, () => fake(options)),
      serving: replicas,
    },
    clipValue: 5,
    anchor: true,
    calibration: CALIBRATION,
    scheduler: { ...DEFAULT_SCHEDULER_SETTINGS, chunkSteps },
    failures: { retry: { retries: 2, backoffBaseMs: 1, backoffCapMs: 2 } },
  });
}

function fake(options: FakeReplicaOptions): FakeReplica {
  return new FakeReplica({
    value: wave,
    lastCandle: 0.25,
    pause: () => Promise.resolve(),
    ...options,
  });
}

/** Fails unless the steps that were told make up the forecast, each once and in order. */
function assertSameAs(told: readonly ForecastSteps[], forecast: SeriesForecast): void {
  let next = 0;
  for (const { firstStep, mean, quantiles } of told) {
    const rows = (all: Float64Array): Float64Array =>
      all.slice(firstStep * FEATURES, firstStep * FEATURES + mean.length);
    assert.equal(firstStep, next);
    assert.deepEqual(mean, rows(forecast.mean));
    assert.deepEqual(quantiles, forecast.quantiles.map(rows));
    next += mean.length / FEATURES;
  }
  assert.equal(next * FEATURES, forecast.mean.length);
}

const requestCase = fc.record({
  horizon: fc.integer({ min: 1, max: 40 }),
  paths: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  raw: fc.boolean(),
  includeSamples: fc.boolean(),
  quantiles: fc.constantFrom([], [0.5], [0.9, 0.1]),
});

Deno.test("forecast() tells every step once, in order, with the numbers that it answers", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(requestCase, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 40 }),
      async (cases, replicas, chunkSteps) => {
        const requests = cases.map((changes) =>
          requestOf(candlesAround(100), { sampling: SAMPLING, ...changes })
        );
        const forecaster = forecasterOf(replicas, chunkSteps);
        const told: ForecastSteps[] = [];
        const forecasts = await forecaster.forecast(requests, never, {
          onSteps: (steps) => told.push(steps),
        });
        forecasts.forEach((forecast, i) =>
          assertSameAs(told.filter(({ series }) => series === i), forecast)
        );
        await forecaster.close();
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("forecast() has the same numbers in chunks of any length, corrections included", async () => {
  const request = requestOf(candlesAround(100), {
    sampling: SAMPLING,
    paths: 16,
    horizon: 24,
    quantiles: [0.1, 0.9],
    includeSamples: true,
  });
  const numbers = async (replicas: number, chunkSteps: number): Promise<object> => {
    const forecaster = forecasterOf(replicas, chunkSteps);
    const [forecast] = await forecaster.forecast([request], never);
    await forecaster.close();
    return { ...forecast, timings: null };
  };
  const whole = await numbers(1, 24);
  for (const [replicas, chunkSteps] of [[1, 1], [1, 7], [2, 7], [2, 24]]) {
    assert.deepEqual(await numbers(replicas, chunkSteps), whole);
  }
});

Deno.test("forecast() tells no step twice where a series begins anew", async () => {
  let calls = 0;
  const forecaster = forecasterOf(1, 4, {
    failure: (call) =>
      call === "decode" && ++calls === 3 ? new ReplicaFault("died", "the worker died") : undefined,
  });
  const told: ForecastSteps[] = [];
  const [forecast] = await forecaster.forecast(
    [requestOf(candlesAround(100), { horizon: 20, paths: 2 })],
    never,
    { onSteps: (steps) => told.push(steps) },
  );
  assert.ok(calls > 5, "it began anew");
  assertSameAs(told, forecast);
  await forecaster.close();
});

Deno.test("forecast() tells the first steps before the last chunk is computed", async () => {
  const told: number[] = [];
  const atDecode: number[] = [];
  const forecaster = forecasterOf(1, 16, {
    failure: (call) => {
      if (call === "decode") atDecode.push(told.length);
      return undefined;
    },
  });
  await forecaster.forecast([requestOf(candlesAround(100), { horizon: 40 })], never, {
    onSteps: ({ firstStep }) => told.push(firstStep),
  });
  assert.deepEqual(told, [0, 16, 32]);
  assert.deepEqual(atDecode, [0, 1, 2]);
  await forecaster.close();
});

Deno.test("forecast() fails where whoever is told throws", async () => {
  const forecaster = forecasterOf(1, 16);
  const forecast = forecaster.forecast([requestOf(candlesAround(100))], never, {
    onSteps: () => {
      throw new RangeError("no more");
    },
  });
  await assert.rejects(forecast, RangeError);
  await forecaster.close();
});
