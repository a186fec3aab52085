/** A model folder that was written anew out of its own graphs forecasts what it did before. */
import assert from "node:assert/strict";
import { importModel } from "../../src/importer/import_model.ts";
import { plainForecasts } from "../../src/importer/plain_forecasts.ts";
import { renewModel } from "../../src/importer/renew_model.ts";
import { fromFloat32, toFloat32 } from "../../src/importer/safetensors.ts";
import {
  changeConfig,
  changeTensors,
  withRandomCheckpoint,
} from "../../src/importer/testing/random_folder.ts";
import { verifyModel } from "../../src/importer/verify.ts";
import type { Verification } from "../../src/importer/write_model.ts";
import type { SeriesInput } from "../../src/inference/engine.ts";
import { openEngine } from "../../src/inference/open_engine.ts";
import { forecastPlain } from "../../src/kronos/forecast.ts";
import { encodeCandles } from "../../src/kronos/tokenizer.ts";
import { forecastAlone, tinySeries } from "./tiny_replica.ts";

const FIXTURES = new URL("../fixtures/parity/", import.meta.url).pathname;
const NANO = new URL("../../models/nano", import.meta.url).pathname;
const CONTEXT = 64;
/** The most that a forecast may differ, in deviations of a column: that of normalised candles is 1. */
const TOLERANCE = 1e-5;
/** Candles of the input: one row a step of the plain reference. */
const CANDLES = 20;

type Checkpoints = Parameters<Verification>;

const SERIES: readonly SeriesInput[] = [
  tinySeries(CANDLES, { seed: 11, sampling: { temperature: 1, topK: 1, topP: 1 } }),
  tinySeries(CANDLES, { seed: 12, paths: 3 }),
  tinySeries(CANDLES, { seed: 13, paths: 2, sampling: { temperature: 0.8, topK: 0, topP: 1 } }),
];

/** Largest difference of two lists of forecasts. */
function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const [one, other] = [a, b].map((all) => all.flatMap((values) => [...values]));
  assert.equal(one.length, other.length);
  return Math.max(...one.map((value, i) => Math.abs(value - other[i])));
}

async function engineForecasts(folder: string): Promise<Float32Array[]> {
  const engine = await openEngine({ modelPath: folder, workers: 1, threads: 1 });
  try {
    const forecasts: Float32Array[] = [];
    for (const input of SERIES) forecasts.push(await forecastAlone(engine.replicas[0], input));
    return forecasts;
  } finally {
    await engine.close();
  }
}

/** Writes the model folder `from` anew; the checkpoints that were found in it. */
async function renew(from: string, out: string): Promise<Checkpoints> {
  const found: Checkpoints[] = [];
  const verify: Verification = async (...call) => {
    found.push(call);
    const [folder, model, tokenizer, signal] = call;
    await verifyModel(folder, model, tokenizer, plainForecasts, signal);
  };
  await renewModel({ from, out, verify });
  return found[0];
}

/** Imports the checkpoint in `source`, renews it, renews that, and compares all there is. */
async function assertSameForecasts(source: string, folder: string): Promise<void> {
  const part = (name: string) => ({ folder: `${source}/${name}`, origin: name, revision: null });
  const imported: Checkpoints[] = [];
  await importModel({
    model: part("model"),
    tokenizer: part("tokenizer"),
    out: `${folder}/first`,
    maxContext: CONTEXT,
    modelVersion: "m",
    tokenizerVersion: "t",
    licence: "mit",
    verify: (...call) => {
      imported.push(call);
      return Promise.resolve();
    },
  });
  const [[, model, tokenizer]] = imported;
  const [, foundModel, foundTokenizer] = await renew(`${folder}/first`, `${folder}/second`);
  for (const input of SERIES) {
    assert.deepEqual(
      encodeCandles(foundTokenizer, input.features),
      encodeCandles(tokenizer, input.features),
    );
  }
  const plain = SERIES.map((input) => forecastPlain(model, tokenizer, input, CONTEXT));
  const found = SERIES.map((input) => forecastPlain(foundModel, foundTokenizer, input, CONTEXT));
  assert(largestDifference(found, plain) < TOLERANCE);
  await renew(`${folder}/second`, `${folder}/third`);
  const first = await engineForecasts(`${folder}/first`);
  for (const again of ["second", "third"]) {
    assert(largestDifference(await engineForecasts(`${folder}/${again}`), first) < TOLERANCE);
  }
}

for (const name of ["tiny", "tiny-fixed-time"]) {
  Deno.test(`a renewed ${name} forecasts as before`, () =>
    withRandomCheckpoint((folder) => assertSameForecasts(FIXTURES + name, folder)));
}

type Change = (values: Float32Array, shape: readonly number[]) => {
  readonly values: Float32Array;
  readonly shape: readonly number[];
};

/** Changes tensors of a checkpoint whose names match. */
async function changeValues(folder: string, names: RegExp, change: Change): Promise<void> {
  await changeTensors(folder, (tensors) => {
    for (const [name, stored] of tensors) {
      if (!names.test(name)) continue;
      const { values, shape } = change(toFloat32(stored), stored.shape);
      tensors.set(name, fromFloat32(values, shape, "F32"));
    }
  });
}

/** As large as trained weights are: attention and tokens depend on the input. */
async function enlarge(folder: string): Promise<void> {
  for (const part of ["model", "tokenizer"]) {
    await changeValues(`${folder}/${part}`, /(?<!norm\d?)\.(?:weight|bias)$/, (values, shape) => ({
      values: values.map((value) => 8 * value),
      shape,
    }));
  }
}

Deno.test("a renewed model with fewer tokens than columns forecasts as before", () =>
  withRandomCheckpoint(async (folder) => {
    await enlarge(folder);
    for (const part of ["model", "tokenizer"]) {
      await changeConfig(`${folder}/${part}`, { s1_bits: 3, s2_bits: 3 });
    }
    const rows = (count: number): Change => (values, [all, ...rest]) => ({
      values: values.slice(0, values.length / all * count),
      shape: [count, ...rest],
    });
    await changeValues(`${folder}/model`, /\.(?:emb|proj)_s[12]\./, rows(8));
    await changeValues(`${folder}/tokenizer`, /^quant_embed\./, rows(6));
    await changeValues(`${folder}/tokenizer`, /^post_quant_embed.weight$/, (values, [width]) => ({
      values: values.filter((_, i) => i % 12 < 6),
      shape: [width, 6],
    }));
    await assertSameForecasts(folder, folder);
  }));

Deno.test("a renewed model whose fusion has a low rank forecasts as before", () =>
  withRandomCheckpoint(async (folder) => {
    await enlarge(folder);
    await changeValues(`${folder}/model`, /fusion_proj.weight$/, (values, [out, both]) => ({
      values: values.map((_, i) => values[i % (out / 4 * both)]),
      shape: [out, both],
    }));
    await assertSameForecasts(folder, folder);
  }));

Deno.test("the default model forecasts as before when it is renewed", () =>
  withRandomCheckpoint(async (folder) => {
    await renew(NANO, `${folder}/nano`);
    const difference = largestDifference(
      await engineForecasts(`${folder}/nano`),
      await engineForecasts(NANO),
    );
    assert(difference < TOLERANCE, `differs by ${difference}`);
  }));
