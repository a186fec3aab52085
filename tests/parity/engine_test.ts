/** The ONNX graphs against what the reference computed, and against the plain TypeScript. */
import assert from "node:assert/strict";
import { buildGraphs } from "../../src/importer/graphs.ts";
import type { SeriesInput } from "../../src/inference/engine.ts";
import { type LocalReplica, openLocalReplica } from "../../src/inference/local_replica.ts";
import { MANIFEST_FORMAT } from "../../src/inference/manifest.ts";
import { columnStatistics, denormalize, normalize } from "../../src/kronos/features.ts";
import { forecastPlain } from "../../src/kronos/forecast.ts";
import { decodeTokens, encodeCandles } from "../../src/kronos/tokenizer.ts";
import { forecastAlone, openTinyReplica } from "../engine/tiny_replica.ts";
import {
  type CaseLocation,
  largestDifference,
  loadCase,
  type LoadedCase,
  MINI_CASE,
  miniCaseMissing,
  rawCandles,
  stampsOf,
  TINY_CASES,
} from "./load_case.ts";

const CLIP = 5;

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

function openReplica(
  { model, tokenizer, parity: { max_context } }: LoadedCase,
): Promise<LocalReplica> {
  const limits = { maxContext: max_context, maxHorizon: 512, maxInput: 2048 };
  const architecture = { model: model.architecture, tokenizer: tokenizer.architecture };
  const source = { origin: "parity", revision: null, files: {} };
  return openLocalReplica({
    manifest: {
      format_version: MANIFEST_FORMAT,
      model_version: "parity",
      tokenizer_version: "parity",
      architecture,
      limits: { max_context, max_horizon: 512, max_input: 2048 },
      defaults: {},
      sources: { model: source, tokenizer: source },
      licence: "MIT",
      onnx: { opset: 21, ir_version: 10 },
      files: {},
    },
    graphs: buildGraphs(model, tokenizer, limits),
    threads: 1,
    maxContext: max_context,
  });
}

async function onEngine(loaded: LoadedCase, input: SeriesInput): Promise<Float32Array> {
  const replica = await openReplica(loaded);
  const candles = await forecastAlone(replica, input);
  await replica.close();
  return candles;
}

function seriesOf(
  { parity }: LoadedCase,
  changes: Pick<SeriesInput, "paths" | "sampling" | "policy">,
): SeriesInput {
  const candles = rawCandles(parity);
  return {
    features: normalize(candles, columnStatistics(candles), CLIP),
    stamps: stampsOf(parity),
    horizon: parity.prediction_timestamps.length,
    seed: 77,
    ...changes,
  };
}

async function assertGreedy(location: CaseLocation): Promise<void> {
  const loaded = await loadCase(location);
  const { parity } = loaded;
  const sampling = { temperature: 1, topK: 1, topP: 1 };
  const input = seriesOf(loaded, { paths: 1, sampling, policy: "exact" });
  const statistics = columnStatistics(rawCandles(parity));
  const expected = parity.greedy_prediction.flat();
  denormalize(await onEngine(loaded, input), statistics).forEach((value, i) => {
    const most = Math.max(1e-4 * parity.std[i % 6], 1e-6);
    assert.ok(Math.abs(value - expected[i]) <= most, `value ${i}: ${value}, not ${expected[i]}`);
  });
}

for (const location of TINY_CASES) {
  Deno.test(`prefill() says what the tokens make of the last candle: ${location.name}`, async () => {
    const loaded = await loadCase(location);
    const { tokenizer, parity: { max_context } } = loaded;
    const sampling = { temperature: 1, topK: 1, topP: 1 };
    const input = seriesOf(loaded, { paths: 1, sampling, policy: "rolling" });
    const replica = await openReplica(loaded);
    const { lastCandle } = await replica.prefill(input);
    await replica.close();
    const { s1, s2 } = encodeCandles(tokenizer, input.features);
    const window = { s1: s1.slice(-max_context), s2: s2.slice(-max_context) };
    const expected = decodeTokens(tokenizer, window, max_context).slice(-6);
    assert.equal(lastCandle.length, 6);
    assert.ok(largestDifference(lastCandle, expected) <= 1e-4);
  });

  Deno.test(`the graphs equal the reference: ${location.name}`, () => assertGreedy(location));

  for (const policy of ["exact", "rolling"] as const) {
    Deno.test(`the graphs equal plain TypeScript, sampled, ${policy}: ${location.name}`, async () => {
      const loaded = await loadCase(location);
      const sampling = { temperature: 1.2, topK: 0, topP: 0.9 };
      const input = seriesOf(loaded, { paths: 2, sampling, policy });
      const plain = forecastPlain(
        loaded.model,
        loaded.tokenizer,
        input,
        loaded.parity.max_context,
      );
      const difference = largestDifference(await onEngine(loaded, input), plain);
      assert.ok(difference < 1e-4, `differs by ${difference}`);
    });
  }
}

Deno.test({
  name: `the graphs equal the reference: ${MINI_CASE.name} (needs ../shared)`,
  ignore: await miniCaseMissing(),
  fn: () => assertGreedy(MINI_CASE),
});
