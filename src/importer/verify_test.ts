import assert from "node:assert/strict";
import type { Checkpoint, ModelArchitecture } from "../kronos/architecture.ts";
import { readModelCheckpoint } from "./checkpoint.ts";
import { importModel } from "./import_model.ts";
import { plainForecasts } from "./plain_forecasts.ts";
import { fromFloat32 } from "./safetensors.ts";
import { GRAPH_FILES, type GraphRole, MODEL_FILES } from "../inference/manifest.ts";
import { replaceFile } from "./testing/changed_graph.ts";
import { changeTensors, pathsIn, withRandomCheckpoint } from "./testing/random_folder.ts";
import { compareForecasts, verifyModel } from "./verify.ts";
import type { Verification } from "./write_model.ts";

/** Weights of a trained model's magnitude: with those of a fresh one, attention hardly matters. */
const FIXTURES = new URL("../../tests/fixtures/parity/", import.meta.url).pathname;

type Sabotage = (folder: string, model: Checkpoint<ModelArchitecture>) => Promise<
  Checkpoint<ModelArchitecture> | void
>;

const honest: Verification = (folder, model, tokenizer, signal) =>
  verifyModel(folder, model, tokenizer, plainForecasts, signal);

async function importTo(out: string, source: string, verify: Verification): Promise<void> {
  const part = (name: string) => ({ folder: `${source}/${name}`, origin: name, revision: null });
  await importModel({
    model: part("model"),
    tokenizer: part("tokenizer"),
    out,
    maxContext: 64,
    modelVersion: "m",
    tokenizerVersion: "t",
    licence: "mit",
    verify,
  });
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Replaces a graph by that of another folder. */
async function replaceGraph(
  folder: string,
  role: GraphRole,
  other: string,
): Promise<void> {
  for (const file of Object.values(GRAPH_FILES[role])) {
    await replaceFile(folder, file, await Deno.readFile(`${other}/${file}`));
  }
}

for (const name of ["tiny", "tiny-fixed-time"]) {
  Deno.test(`verifyModel() accepts the graphs of ${name}`, () =>
    withFolder(async (folder) => {
      await importTo(`${folder}/out`, FIXTURES + name, honest);
      assert.equal((await pathsIn(`${folder}/out`)).length, MODEL_FILES.length + 1);
    }));
}

for (const dtype of ["F32", "F16", "BF16"] as const) {
  Deno.test(`verifyModel() accepts the graphs of random ${dtype} weights`, () =>
    withRandomCheckpoint((folder) => importTo(`${folder}/out`, folder, honest), { dtype }));
}

const sabotages: readonly (readonly [string, Sabotage, RegExp])[] = [
  ["one tensor's sign is another", (_, model) => {
    const name = "transformer.1.ffn.w2.weight";
    const weights = new Map(model.weights);
    const { shape, data } = weights.get(name)!;
    weights.set(name, { shape, data: data.map((value) => -value) });
    return Promise.resolve({ ...model, weights });
  }, /forecast differs by \S+ from the reference at path \d, step \d, column \d/],
  ["two layers are swapped", (_, model) => {
    const weights = new Map(
      [...model.weights].map(([name, tensor]) => [
        name.replace(/^transformer\.([01])/, (_, layer) => `transformer.${1 - Number(layer)}`),
        tensor,
      ]),
    );
    return Promise.resolve({ ...model, weights });
  }, /forecast differs/],
  ["the generator is another checkpoint's", async (folder) => {
    await withFolder(async (other) => {
      await importTo(`${other}/out`, `${FIXTURES}tiny-fixed-time`, () => Promise.resolve());
      await replaceGraph(folder, "generator", `${other}/out`);
    });
  }, /Cannot verify model/],
  ["the decoder computes NaN", async (folder) => {
    await withRandomCheckpoint(async (other) => {
      // A weight that is finite, and overflows where it is used.
      await Deno.copyFile(
        `${FIXTURES}tiny/model/model.safetensors`,
        `${other}/model/model.safetensors`,
      );
      await Deno.copyFile(`${FIXTURES}tiny/model/config.json`, `${other}/model/config.json`);
      for (const file of ["model.safetensors", "config.json"]) {
        await Deno.copyFile(`${FIXTURES}tiny/tokenizer/${file}`, `${other}/tokenizer/${file}`);
      }
      await changeTensors(`${other}/tokenizer`, (tensors) => {
        const { shape } = tensors.get("head.weight")!;
        const size = shape.reduce((product, n) => product * n, 1);
        const huge = Float32Array.from({ length: size }, (_, i) => i % 2 ? 3e38 : -3e38);
        tensors.set("head.weight", fromFloat32(huge, shape, "F32"));
      });
      await importTo(`${other}/out`, other, () => Promise.resolve());
      await replaceGraph(folder, "decoder", `${other}/out`);
    });
  }, /forecast differs by (?:NaN|Infinity)/],
  ["a graph is no ONNX", async (folder) => {
    await replaceFile(folder, "encoder.onnx", new TextEncoder().encode("not a graph"));
  }, /^Cannot verify model: its graphs do not run: /],
  ["a graph's weights are fewer than it wants", async (folder) => {
    const weights = await Deno.readFile(`${folder}/decoder.weights`);
    await replaceFile(folder, "decoder.weights", weights.subarray(0, weights.length >> 1));
  }, /^Cannot verify model: its graphs do not run: /],
  ["a graph is cut without the manifest knowing", async (folder) => {
    await Deno.truncate(`${folder}/encoder.onnx`, 1000);
  }, /^Cannot verify model: its graphs do not run: .*encoder.onnx has 1000 bytes/],
];
for (const [what, sabotage, message] of sabotages) {
  Deno.test(`verifyModel() throws VerificationError where ${what}`, () =>
    withFolder(async (folder) => {
      const verify: Verification = async (path, model, tokenizer) => {
        await verifyModel(path, await sabotage(path, model) ?? model, tokenizer, plainForecasts);
      };
      await assert.rejects(importTo(`${folder}/out`, `${FIXTURES}tiny`, verify), {
        name: "VerificationError",
        message,
      });
      assert.deepEqual(await pathsIn(folder), []);
    }));
}

Deno.test("compareForecasts() throws VerificationError on the largest difference, NaN or length", () => {
  const expected = new Float32Array(48);
  const changed = (...changes: [number, number][]) => {
    const copy = expected.slice();
    for (const [i, value] of changes) copy[i] = value;
    return copy;
  };
  compareForecasts("greedy", changed([3, 1e-6]), expected);
  assert.throws(
    () => compareForecasts("greedy", changed([1, 0.25], [37, 0.5], [40, 0.125]), expected),
    /the greedy forecast differs by 0.5 .* at path 1, step 2, column 1 \(0.5, not 0\)/,
  );
  assert.throws(() => compareForecasts("greedy", changed([7, NaN]), expected), /differs by NaN/);
  assert.throws(
    () => compareForecasts("greedy", changed([7, NaN]), changed([7, NaN])),
    /differs by NaN/,
  );
  assert.throws(() => compareForecasts("greedy", expected.slice(6), expected), /42 values, not 48/);
});

Deno.test("plainForecasts() rejects where the worker fails or is stopped", async () => {
  const model = await readModelCheckpoint(`${FIXTURES}tiny/model`);
  const noTokenizer = {
    architecture: {
      d_in: 6,
      d_model: 32,
      n_heads: 2,
      ff_dim: 64,
      n_enc_layers: 2,
      n_dec_layers: 2,
      s1_bits: 6,
      s2_bits: 6,
    },
    weights: new Map(),
  };
  const series = [{
    features: new Float32Array(6),
    stamps: new Int32Array(10),
    horizon: 1,
    paths: 1,
    sampling: { temperature: 1, topK: 1, topP: 1 },
    seed: 1,
    policy: "rolling" as const,
  }];
  await assert.rejects(
    plainForecasts(model, noTokenizer, series, 64),
    /^Error: Cannot compute the reference: /,
  );
  const stop = new AbortController();
  const running = plainForecasts(model, noTokenizer, series, 64, stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(running, /stopped/);
  await assert.rejects(plainForecasts(model, noTokenizer, series, 64, stop.signal), /stopped/);
});

Deno.test("verifyModel() rejects with the reason when it is stopped", () =>
  withFolder(async (folder) => {
    const stop = new AbortController();
    const verify: Verification = (path, model, tokenizer) => {
      const running = verifyModel(path, model, tokenizer, plainForecasts, stop.signal);
      stop.abort(new Error("stopped"));
      return running;
    };
    await assert.rejects(importTo(`${folder}/out`, `${FIXTURES}tiny`, verify), /^Error: stopped/);
    assert.deepEqual(await pathsIn(folder), []);
  }));
