import assert from "node:assert/strict";
import { type Manifest, MODEL_FILES } from "../inference/manifest.ts";
import { ModelFolder } from "../inference/model_folder.ts";
import { importModel } from "./import_model.ts";
import { plainForecasts } from "./plain_forecasts.ts";
import { renewModel, type RenewOptions } from "./renew_model.ts";
import { changeConstant, changeManifest, replaceFile, toFormat2 } from "./testing/changed_graph.ts";
import { pathsIn, withRandomCheckpoint } from "./testing/random_folder.ts";
import { verifyModel } from "./verify.ts";
import type { Verification } from "./write_model.ts";

const PHASES = ["reading", "writing graphs", "verifying"];

const verified: Verification = (folder, model, tokenizer, signal) =>
  verifyModel(folder, model, tokenizer, plainForecasts, signal);
const unverified: Verification = () => Promise.resolve();

/** Gives `use` a folder whose `old` is an imported model with a card. */
async function withModel(use: (folder: string) => Promise<void>): Promise<void> {
  await withRandomCheckpoint(async (folder) => {
    await importModel({
      model: { folder: `${folder}/model`, origin: "hf:owner/model", revision: "c".repeat(40) },
      tokenizer: { folder: `${folder}/tokenizer`, origin: "tokenizer", revision: null },
      out: `${folder}/old`,
      maxContext: 64,
      modelVersion: "model-1",
      tokenizerVersion: "tokenizer-1",
      licence: "mit",
      verify: unverified,
    });
    await Deno.writeTextFile(`${folder}/old/README.md`, "card");
    await use(folder);
  });
}

function optionsFor(folder: string, changes: Partial<RenewOptions> = {}): RenewOptions {
  return { from: `${folder}/old`, out: `${folder}/new`, verify: unverified, ...changes };
}

/** The manifest of a folder whose files are those it vouches for. */
async function readManifest(path: string): Promise<Manifest> {
  const folder = await ModelFolder.open(path);
  try {
    await folder.readGraphs();
    return folder.manifest;
  } finally {
    await folder.close();
  }
}

/** What a manifest says beside its graphs. */
async function description(folder: string): Promise<Omit<Manifest, "files">> {
  const { files, ...said } = await readManifest(folder);
  assert.deepEqual(Object.keys(files), MODEL_FILES);
  return said;
}

Deno.test("renewModel() keeps what the manifest says beside the graphs, and the card", () =>
  withModel(async (folder) => {
    await changeManifest(`${folder}/old`, () => ({
      defaults: { temperature: 0.7, top_k: 3, top_p: 0.8, sample_count: 5, anchor: true },
      calibration: {
        sampling: { temperature: 0.7, top_k: 3, top_p: 0.8 },
        steps: [1, 4],
        drift: [0, 0.5],
        own: [0.4, 0.8],
        scale: [0.9, 1],
      },
      limits: { max_context: 48, max_horizon: 40, max_input: 96 },
    }));
    const before = await description(`${folder}/old`);
    const phases: string[] = [];
    const onPhase = (phase: string) => phases.push(phase);
    const version = await renewModel(optionsFor(folder, { onPhase, verify: verified }));
    assert.deepEqual([version, phases], ["model-1", PHASES]);
    assert.deepEqual(await description(`${folder}/new`), before);
    assert.equal(await Deno.readTextFile(`${folder}/new/README.md`), "card");
  }));

Deno.test("renewModel() writes over the folder that it reads, without a trace beside it", () =>
  withModel(async (folder) => {
    const old = `${folder}/old`;
    const before = await pathsIn(folder);
    await changeManifest(old, () => ({ onnx: { opset: 20, ir_version: 9 } }));
    await renewModel(optionsFor(folder, { out: old, verify: verified }));
    assert.deepEqual(await pathsIn(folder), before);
    assert.equal(await Deno.readTextFile(`${old}/README.md`), "card");
    assert.deepEqual((await readManifest(old)).onnx, { opset: 21, ir_version: 10 });
  }));

Deno.test("renewModel() reads a folder of format 2 and writes it in this format", () =>
  withModel(async (folder) => {
    const before = await description(`${folder}/old`);
    await toFormat2(`${folder}/old`);
    assert.equal((await pathsIn(`${folder}/old`)).length, 5);
    await renewModel(optionsFor(folder, { out: `${folder}/old`, verify: verified }));
    assert.deepEqual(await description(`${folder}/old`), before);
    assert.equal((await pathsIn(`${folder}/old`)).length, MODEL_FILES.length + 2);
  }));

/** Another value for one of a tensor's numbers. */
function withNumber(value: number, at = 0) {
  return (tensor: { rawData?: Uint8Array | null }): void => {
    const bytes = Uint8Array.from(tensor.rawData!);
    new DataView(bytes.buffer).setFloat32(4 * at, value, true);
    tensor.rawData = bytes;
  };
}

const refusals: readonly (readonly [string, (old: string) => Promise<void>, RegExp])[] = [
  [
    "queries that no embedding gives",
    (old) => changeConstant(old, "generator", "dependency_queries", withNumber(9, 77)),
    /^Cannot read weights of generator.onnx: tensor dependency_queries and embed_s1 are not made /,
  ],
  [
    "codes that are no sum of bits",
    (old) => changeConstant(old, "decoder", "code_s2", withNumber(1, 5)),
    /^Cannot read weights of decoder.onnx: tensor code_s2 is no projection of its tokens' bits$/,
  ],
  [
    "a tensor that is missing",
    (old) => changeConstant(old, "encoder", "quant_embed", (tensor) => tensor.name = "ints_163"),
    /^Cannot read weights of encoder.onnx: tensor quant_embed is missing$/,
  ],
  [
    "a tensor that is not known",
    (old) => changeConstant(old, "decoder", "ones", (tensor) => tensor.name = "more_1"),
    /^Cannot read weights of decoder.onnx: tensor more is not known$/,
  ],
  [
    "two tensors of one name",
    (old) => changeConstant(old, "decoder", "ones", (tensor) => tensor.name = "head_1"),
    /^Cannot read weights of decoder.onnx: two tensors are called head$/,
  ],
  [
    "a tensor of another shape",
    (old) => changeConstant(old, "encoder", "embed", (tensor) => tensor.dims!.reverse()),
    /^Cannot read weights of encoder.onnx: tensor embed has shape \[32,6\], .* ask for \[6,32\]$/,
  ],
  [
    "a tensor without its values",
    (old) =>
      changeConstant(old, "encoder", "embed", (tensor) => tensor.rawData = new Uint8Array(9)),
    /^Cannot read weights of encoder.onnx: tensor embed has 2 values for shape \[6,32\]$/,
  ],
  [
    "a value that is not finite",
    (old) => changeConstant(old, "generator", "time_tables", withNumber(NaN)),
    /^Cannot read weights of generator.onnx: tensor time_tables holds values not finite$/,
  ],
  [
    "a graph that is none",
    (old) => replaceFile(old, "generator.onnx", new TextEncoder().encode("not a graph")),
    /^Cannot read weights of generator.onnx: it is no ONNX graph$/,
  ],
  [
    "damaged weights",
    (old) => Deno.truncate(`${old}/decoder.weights`, 1000),
    /^Cannot open model \S+old: decoder.weights has 1000 bytes/,
  ],
  ...[1, 99, 2.5].map((format) =>
    [
      `a manifest of format ${format}`,
      (old: string) => changeManifest(old, () => ({ format_version: format })),
      /^Cannot open model \S+old: manifest.json: format_version: /,
    ] as const
  ),
];
for (const [what, spoil, message] of refusals) {
  Deno.test(`renewModel() refuses ${what} and leaves all as it is`, () =>
    withModel(async (folder) => {
      await spoil(`${folder}/old`);
      const before = await pathsIn(folder);
      const manifest = await Deno.readTextFile(`${folder}/old/manifest.json`);
      const options = optionsFor(folder, { out: `${folder}/old`, verify: verified });
      await assert.rejects(renewModel(options), { message });
      assert.deepEqual(await pathsIn(folder), before);
      assert.equal(await Deno.readTextFile(`${folder}/old/manifest.json`), manifest);
    }));
}

Deno.test("renewModel() leaves the old model whole where verification fails", () =>
  withModel(async (folder) => {
    const old = `${folder}/old`;
    const before = await pathsIn(folder);
    const verify = () => Promise.reject(new Error("the graphs differ"));
    await assert.rejects(renewModel(optionsFor(folder, { out: old, verify })), /graphs differ/);
    assert.deepEqual(await pathsIn(folder), before);
    assert.equal((await readManifest(old)).model_version, "model-1");
  }));

for (const phase of PHASES) {
  Deno.test(`renewModel() leaves nothing behind when it is stopped while ${phase}`, () =>
    withModel(async (folder) => {
      const before = await pathsIn(folder);
      const stop = new AbortController();
      const reason = new Error("stopped");
      const onPhase = (now: string) => now === phase && stop.abort(reason);
      await assert.rejects(
        renewModel(optionsFor(folder, { onPhase, signal: stop.signal })),
        reason,
      );
      assert.deepEqual(await pathsIn(folder), before);
    }));
}
