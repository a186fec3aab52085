import assert from "node:assert/strict";
import { join } from "node:path";
import { checkFit, readModelCheckpoint, readTokenizerCheckpoint } from "./checkpoint.ts";
import { writeRandomCheckpoint } from "./random_checkpoint.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

async function withCheckpoint(use: (folder: string) => Promise<void>): Promise<void> {
  const out = await Deno.makeTempDir();
  try {
    await writeRandomCheckpoint({ shape: "tiny", out, seed: 7, dtype: "F32" });
    await use(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

async function changeTensors(
  folder: string,
  change: (tensors: Map<string, StoredTensor>) => void,
): Promise<void> {
  const path = join(folder, "model.safetensors");
  const tensors = readSafetensors(await Deno.readFile(path), path);
  change(tensors);
  await Deno.writeFile(path, writeSafetensors(tensors));
}

async function changeConfig(folder: string, change: Record<string, unknown>): Promise<void> {
  const path = join(folder, "config.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...config, ...change }));
}

Deno.test("checkFit() accepts a random checkpoint and states its checksums", () =>
  withCheckpoint(async (folder) => {
    const model = await readModelCheckpoint(`${folder}/model`);
    const tokenizer = await readTokenizerCheckpoint(`${folder}/tokenizer`);
    checkFit(model.architecture, tokenizer.architecture);
    assert.deepEqual(model.weights.get("norm.weight")?.data, new Float32Array(32).fill(1));
    assert.match(model.files["model.safetensors"], /^[0-9a-f]{64}$/);
    const { architecture } = model;
    assert.throws(
      () => checkFit({ ...architecture, s1_bits: 7 }, tokenizer.architecture),
      /7 \+ 6 bits, the tokenizer's 6 \+ 6/,
    );
    assert.throws(
      () => checkFit({ ...architecture, s2_bits: 5 }, { ...tokenizer.architecture, s2_bits: 5 }),
      /s1_bits 6 and s2_bits 5 differ/,
    );
  }));

const tensorChanges: readonly (readonly [
  string,
  (tensors: Map<string, StoredTensor>) => void,
  RegExp,
])[] = [
  ["a missing tensor", (t) => t.delete("norm.weight"), /missing tensor norm.weight/],
  ["an extra tensor", (t) => t.set("more", t.get("norm.weight")!), /unknown tensor more/],
  [
    "a wrong shape",
    (t) => t.set("norm.weight", { ...t.get("norm.weight")!, shape: [4, 8] }),
    /norm.weight has shape \[4,8\], its sizes ask for \[32\]/,
  ],
  [
    "a value that is not finite",
    (t) => t.get("norm.weight")!.bytes.fill(0xff, 0, 4),
    /norm.weight holds values not finite/,
  ],
];
for (const [what, change, message] of tensorChanges) {
  Deno.test(`readModelCheckpoint() throws CheckpointError on ${what}`, () =>
    withCheckpoint(async (folder) => {
      await changeTensors(`${folder}/model`, change);
      await assert.rejects(readModelCheckpoint(`${folder}/model`), {
        name: "CheckpointError",
        message,
      });
    }));
}

for (
  const [change, message] of [
    [{ n_heads: 3 }, /n_heads 3 does not divide d_model 32/],
    [{ n_heads: 32 }, /= 1 values, an odd number/],
    [{ d_model: "wide" }, /config.json: d_model/],
  ] as const
) {
  Deno.test(`readModelCheckpoint() throws CheckpointError on ${JSON.stringify(change)}`, () =>
    withCheckpoint(async (folder) => {
      await changeConfig(`${folder}/model`, change);
      await assert.rejects(readModelCheckpoint(`${folder}/model`), {
        name: "CheckpointError",
        message,
      });
    }));
}

Deno.test("readTokenizerCheckpoint() throws CheckpointError where candles have 5 columns", () =>
  withCheckpoint(async (folder) => {
    await changeConfig(`${folder}/tokenizer`, { d_in: 5 });
    await assert.rejects(readTokenizerCheckpoint(`${folder}/tokenizer`), /d_in is 5/);
  }));

Deno.test("readModelCheckpoint() throws CheckpointError where a file is missing", () =>
  withCheckpoint(async (folder) => {
    await Deno.remove(`${folder}/model/model.safetensors`);
    await assert.rejects(readModelCheckpoint(`${folder}/model`), /safetensors does not exist/);
  }));
