import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { MODEL_FILES } from "../inference/manifest.ts";
import { ModelFolder } from "../inference/model_folder.ts";
import { importModel, type ImportOptions, MAX_HORIZON, MAX_INPUT } from "./import_model.ts";
import {
  changeConfig,
  changeTensors,
  pathsIn,
  withRandomCheckpoint,
} from "./testing/random_folder.ts";

const PHASES = ["reading", "writing graphs", "verifying"];

function optionsFor(folder: string, changes: Partial<ImportOptions> = {}): ImportOptions {
  return {
    model: { folder: `${folder}/model`, origin: "hf:owner/model", revision: "c".repeat(40) },
    tokenizer: { folder: `${folder}/tokenizer`, origin: "tokenizer", revision: null },
    out: `${folder}/models/out`,
    maxContext: 64,
    modelVersion: "model-1",
    tokenizerVersion: "tokenizer-1",
    licence: "mit",
    verify: () => Promise.resolve(),
    ...changes,
  };
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

Deno.test("importModel() writes graphs and a manifest that vouches for them", () =>
  withRandomCheckpoint(async (folder) => {
    const phases: string[] = [];
    await importModel(optionsFor(folder, { onPhase: (phase) => phases.push(phase) }));
    assert.deepEqual(phases, PHASES);
    const out = `${folder}/models/out`;
    const files = [...MODEL_FILES, "manifest.json"].sort();
    assert.deepEqual(await pathsIn(`${folder}/models`), ["out", ...files.map((f) => `out/${f}`)]);
    const { manifest } = await ModelFolder.open(out);
    assert.equal(manifest.format_version, 3);
    assert.deepEqual(manifest.limits, {
      max_context: 64,
      max_horizon: MAX_HORIZON,
      max_input: MAX_INPUT,
    });
    assert.equal(manifest.architecture.model.d_model, 32);
    assert.equal(manifest.architecture.tokenizer.n_enc_layers, 4);
    assert.deepEqual([manifest.model_version, manifest.tokenizer_version, manifest.licence], [
      "model-1",
      "tokenizer-1",
      "mit",
    ]);
    assert.deepEqual(manifest.onnx, { opset: 21, ir_version: 10 });
    assert.deepEqual(manifest.sources.model, {
      origin: "hf:owner/model",
      revision: "c".repeat(40),
      files: {
        "config.json": await sha256(`${folder}/model/config.json`),
        "model.safetensors": await sha256(`${folder}/model/model.safetensors`),
      },
    });
    assert.equal(manifest.sources.tokenizer.revision, null);
    for (const file of MODEL_FILES) {
      assert.equal(manifest.files[file].sha256, await sha256(`${out}/${file}`));
    }
  }));

Deno.test("importModel() writes the same bytes again", () =>
  withRandomCheckpoint(async (folder) => {
    await importModel(optionsFor(folder));
    await importModel(optionsFor(folder, { out: `${folder}/again` }));
    for (const file of await pathsIn(`${folder}/again`)) {
      assert.equal(
        await sha256(`${folder}/again/${file}`),
        await sha256(`${folder}/models/out/${file}`),
      );
    }
  }));

const failures: readonly (readonly [
  string,
  (folder: string) => Promise<Partial<ImportOptions>>,
  RegExp,
])[] = [
  ["reading the model", async (folder) => {
    await Deno.truncate(`${folder}/model/model.safetensors`, 5000);
    return {};
  }, /^Cannot read model model model.safetensors: truncated/],
  ["reading the tokenizer", async (folder) => {
    await changeTensors(`${folder}/tokenizer`, (tensors) => tensors.delete("embed.bias"));
    return {};
  }, /^Cannot use tokenizer tokenizer: missing tensor embed.bias/],
  ["fitting the two", async (folder) => {
    await changeConfig(`${folder}/model`, { s1_bits: 5 });
    await changeTensors(`${folder}/model`, (tensors) => {
      for (const name of ["embedding.emb_s1.weight", "head.proj_s1.weight", "head.proj_s1.bias"]) {
        const { dtype, shape, bytes } = tensors.get(name)!;
        const half = { shape: [32, ...shape.slice(1)], bytes: bytes.subarray(0, bytes.length / 2) };
        tensors.set(name, { dtype, ...half });
      }
    });
    return {};
  }, /^Cannot use model with tokenizer: the model's tokens have 5 \+ 6 bits/],
  ["writing", (folder) => {
    // The staged folder goes before its first file: as where a disk is taken away.
    const onPhase = (phase: string) => {
      if (phase !== "writing graphs") return;
      for (const { name } of Deno.readDirSync(`${folder}/models`)) {
        Deno.removeSync(`${folder}/models/${name}`, { recursive: true });
      }
    };
    return Promise.resolve({ onPhase });
  }, /^Cannot write \S+out: No such file/],
  [
    "verifying",
    () => Promise.resolve({ verify: () => Promise.reject(new Error("the graphs differ")) }),
    /differ/,
  ],
];
for (const [phase, prepare, message] of failures) {
  Deno.test(`importModel() leaves nothing behind where ${phase} fails`, () =>
    withRandomCheckpoint(async (folder) => {
      const changes = await prepare(folder);
      const before = await pathsIn(folder);
      await assert.rejects(importModel(optionsFor(folder, changes)), { message });
      assert.deepEqual(await pathsIn(folder), before);
    }));

  Deno.test(`importModel() leaves the old model whole where ${phase} fails`, () =>
    withRandomCheckpoint(async (folder) => {
      const out = `${folder}/old`;
      await importModel(optionsFor(folder, { out, modelVersion: "old" }));
      await Deno.writeTextFile(`${out}/README.md`, "card");
      const changes = await prepare(folder);
      const onPhase = (phase: string) => {
        if (changes.onPhase === undefined || phase !== "writing graphs") return;
        for (const { name } of Deno.readDirSync(folder)) {
          if (name.startsWith(".old-")) Deno.removeSync(`${folder}/${name}`, { recursive: true });
        }
      };
      const before = await pathsIn(folder);
      await assert.rejects(importModel(optionsFor(folder, { ...changes, out, onPhase })), {
        message: phase === "writing" ? /^Cannot write/ : message,
      });
      assert.deepEqual(await pathsIn(folder), before);
      assert.equal((await ModelFolder.open(out)).manifest.model_version, "old");
    }));
}

Deno.test("importModel() replaces a model folder and keeps its card", () =>
  withRandomCheckpoint(async (folder) => {
    await importModel(optionsFor(folder, { modelVersion: "old" }));
    await Deno.writeTextFile(`${folder}/models/out/README.md`, "card");
    await importModel(optionsFor(folder, { modelVersion: "new" }));
    assert.equal((await ModelFolder.open(`${folder}/models/out`)).manifest.model_version, "new");
    assert.equal(await Deno.readTextFile(`${folder}/models/out/README.md`), "card");
    assert.equal((await pathsIn(`${folder}/models/out`)).length, MODEL_FILES.length + 2);
  }));

for (const phase of PHASES) {
  Deno.test(`importModel() leaves nothing behind when it is stopped while ${phase}`, () =>
    withRandomCheckpoint(async (folder) => {
      const before = await pathsIn(folder);
      const stop = new AbortController();
      const reason = new Error("stopped");
      const onPhase = (now: string) => now === phase && stop.abort(reason);
      await assert.rejects(
        importModel(optionsFor(folder, { onPhase, signal: stop.signal })),
        reason,
      );
      assert.deepEqual(await pathsIn(folder), before);
    }));
}
