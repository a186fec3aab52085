/** Streams of the default model, whose paths are anchored, calibrated and shared out over replicas. */
import assert from "node:assert/strict";
import { allEvents } from "../contract/stream_events.ts";
import { predictRequest } from "./candles.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { ServiceProcess } from "./service_process.ts";

Deno.test("a stream of the default model has the numbers of the single route, bit by bit", async () => {
  await using service = await ServiceProcess.ready({ KRONOS_WORKERS: "2" });
  const request = predictRequest(200, 40, {
    fields: { quantiles: [0.1, 0.5, 0.9], include_samples: true, include_warnings: true },
  });
  const single = await (await service.post("/v1/predict/single", request)).json();
  const events = await allEvents(await service.post("/v1/predict/stream", request));
  const candles = events.filter(({ event }) => event === "candle").map(({ data }) => data);
  assert.deepEqual(candles.map(({ candle }) => candle), single.prediction);
  for (const [level, rows] of Object.entries(single.quantiles)) {
    assert.deepEqual(candles.map(({ quantiles }) => quantiles[level]), rows);
  }
  const { data: { samples, warnings, seed } } = events.at(-1)!;
  assert.deepEqual({ samples, warnings, seed }, {
    samples: single.samples,
    warnings: single.warnings,
    seed: single.seed,
  });
});

Deno.test("a stream under `exact`, past the context, has the numbers of the single route", async () => {
  await using model = await TinyModelFolder.create();
  await using service = await ServiceProcess.ready({
    ...model.settings,
    KRONOS_CONTEXT_POLICY: "exact",
    KRONOS_CHUNK_STEPS: "4",
  });
  const request = predictRequest(60, 20, { fields: { overrides: { sample_count: 2 } } });
  const single = await (await service.post("/v1/predict/single", request)).json();
  const events = await allEvents(await service.post("/v1/predict/stream", request));
  const candles = events.filter(({ event }) => event === "candle").map(({ data }) => data.candle);
  assert.deepEqual(candles, single.prediction);
});
