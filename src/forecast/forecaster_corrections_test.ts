/** What the forecaster does to paths where it is not asked for the reference's numbers. */
import assert from "node:assert/strict";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import type { SeriesRequest } from "./forecast.ts";
import { createForecaster } from "./forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "./scheduler.ts";
import { FakeReplica } from "./testing/fake_replica.ts";
import { assertClose, candlesAround, columnOf, requestOf } from "./testing/series_request.ts";

const never = new AbortController().signal;

const OPTIONS = {
  clipValue: 5,
  scheduler: DEFAULT_SCHEDULER_SETTINGS,
  onReplicaError: () => {},
};

Deno.test("forecast() shifts every path to the real last close, unless raw or exact", async () => {
  const candles = candlesAround(100);
  const { mean, std } = columnOf(candles, CLOSE);
  const lastClose = candles[candles.length - FEATURES + CLOSE];
  const replica = new FakeReplica({ value: () => 1, lastCandle: 0.5 });
  const forecaster = createForecaster({
    ...OPTIONS,
    anchor: true,
    engine: { replicas: [replica], serving: 1 },
  });
  const firstClose = async (changes: Partial<SeriesRequest>): Promise<number> => {
    const [forecast] = await forecaster.forecast([requestOf(candles, changes)], never);
    return forecast.mean[CLOSE];
  };
  // The tokens say that the last close was half a deviation above the mean, the path one.
  assertClose(await firstClose({}), lastClose + 0.5 * (std + 1e-5));
  assertClose(await firstClose({ raw: true }), mean + std + 1e-5);
  assertClose(await firstClose({ policy: "exact" }), mean + std + 1e-5);
  await forecaster.close();
});

Deno.test("forecast() calibrates all paths of a series together, however they were shared out", async () => {
  const candles = candlesAround(100);
  const sampling = { temperature: 1, topK: 0, topP: 1 };
  const calibration = { sampling, steps: [1], drift: [0], own: [0.5], scale: [1] };
  const closesOn = async (count: number, changes: Partial<SeriesRequest>): Promise<number[]> => {
    const value = (_seed: number, path: number) => 1 + path % 7;
    const replicas = Array.from({ length: count }, () => new FakeReplica({ value }));
    const forecaster = createForecaster({
      ...OPTIONS,
      calibration,
      engine: { replicas, serving: replicas.length },
    });
    const request = { paths: 16, horizon: 1, includeSamples: true, sampling, ...changes };
    const [{ samples }] = await forecaster.forecast([requestOf(candles, request)], never);
    await forecaster.close();
    return [...samples!].filter((_, i) => i % FEATURES === CLOSE);
  };
  const closes = await closesOn(1, {});
  assert.deepEqual(await closesOn(2, {}), closes);
  const mean = closes.reduce((sum, close) => sum + close / 16, 0);
  assert.ok(Math.abs(mean / candles[candles.length - FEATURES + CLOSE] - 1) < 1e-3); // drift is 0
  const { mean: centre, std } = columnOf(candles, CLOSE);
  const drawn = Array.from({ length: 16 }, (_, path) => centre + (1 + path % 7) * (std + 1e-5));
  for (
    const changes of [{ raw: true }, { policy: "exact" }, { sampling: { ...sampling, topP: 0.9 } }]
  ) {
    (await closesOn(1, changes as Partial<SeriesRequest>)).forEach((close, path) =>
      assertClose(close, drawn[path])
    );
  }
});
