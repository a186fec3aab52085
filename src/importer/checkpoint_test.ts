import assert from "node:assert/strict";
import { checkFit, readModelCheckpoint, readTokenizerCheckpoint } from "./checkpoint.ts";
import { fromFloat32, type StoredTensor } from "./safetensors.ts";
import { changeConfig, changeTensors, withRandomCheckpoint } from "./testing/random_folder.ts";

Deno.test("checkFit() accepts a random checkpoint and states its checksums", () =>
  withRandomCheckpoint(async (folder) => {
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
  [
    "many missing tensors",
    (t) => [...t.keys()].slice(0, 5).forEach((name) => t.delete(name)),
    /missing tensors embedding.emb_s1.weight, \S+, \S+ and 2 more$/,
  ],
  ["an extra tensor", (t) => t.set("more", t.get("norm.weight")!), /unknown tensor more/],
  [
    "integers for weights",
    (t) => t.set("norm.weight", { dtype: "I64", shape: [32], bytes: new Uint8Array(256) }),
    /norm.weight holds integers/,
  ],
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
    withRandomCheckpoint(async (folder) => {
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
    [{ d_model: 30, n_heads: 3 }, /d_model 30 does not divide into .* 4 heads/],
    [{ n_layers: 0, s1_bits: 17 }, /config.json: n_layers: .*; s1_bits: /],
    [{ learn_te: undefined }, /config.json: learn_te: /],
    [{ n_layers: 3 }, /missing tensors transformer.2.norm1.weight/],
    [{ n_layers: 1 }, /unknown tensors transformer.1.norm1.weight/],
    [{ ff_dim: 65 }, /ffn.w1.weight has shape \[64,32\], its sizes ask for \[65,32\]/],
  ] as const
) {
  Deno.test(`readModelCheckpoint() throws CheckpointError on ${JSON.stringify(change)}`, () =>
    withRandomCheckpoint(async (folder) => {
      await changeConfig(`${folder}/model`, change);
      await assert.rejects(readModelCheckpoint(`${folder}/model`), {
        name: "CheckpointError",
        message,
      });
    }));
}

Deno.test("readTokenizerCheckpoint() throws CheckpointError where candles have 5 columns", () =>
  withRandomCheckpoint(async (folder) => {
    await changeConfig(`${folder}/tokenizer`, { d_in: 5 });
    await assert.rejects(readTokenizerCheckpoint(`${folder}/tokenizer`), /d_in is 5/);
  }));

Deno.test("readModelCheckpoint() throws CheckpointError where a file is missing", () =>
  withRandomCheckpoint(async (folder) => {
    await Deno.remove(`${folder}/model/model.safetensors`);
    await assert.rejects(readModelCheckpoint(`${folder}/model`), /safetensors does not exist/);
  }));

for (
  const [what, text, message] of [
    ["no JSON", "{", /config.json is not JSON/],
    ["no object", "7", /config.json: config: /],
  ] as const
) {
  Deno.test(`readModelCheckpoint() throws CheckpointError where config.json is ${what}`, () =>
    withRandomCheckpoint(async (folder) => {
      await Deno.writeTextFile(`${folder}/model/config.json`, text);
      await assert.rejects(readModelCheckpoint(`${folder}/model`), {
        name: "CheckpointError",
        message,
      });
    }));
}

Deno.test("readModelCheckpoint() throws CheckpointError where a folder is a file", () =>
  withRandomCheckpoint(async (folder) => {
    await assert.rejects(readModelCheckpoint(`${folder}/model/config.json`), {
      name: "CheckpointError",
      message: /^Cannot read model config.json: .*Not a directory/,
    });
    await assert.rejects(readModelCheckpoint(`${folder}/absent`), {
      name: "CheckpointError",
      message: /absent\/config.json does not exist$/,
    });
  }));

Deno.test("readTokenizerCheckpoint() accepts published tensors that forecasting does not need", () =>
  withRandomCheckpoint(async (folder) => {
    const unused = [
      "tokenizer.bsq.basis",
      "tokenizer.bsq.group_basis",
      "post_quant_embed_pre.weight",
      "post_quant_embed_pre.bias",
      "encoder.0.self_attn.rotary.inv_freq",
    ];
    await changeTensors(`${folder}/tokenizer`, (tensors) => {
      for (const name of unused) tensors.set(name, fromFloat32(new Float32Array(3), [3], "F32"));
      const basis = { dtype: "I64", shape: [2], bytes: new Uint8Array(16) } as const;
      tensors.set("tokenizer.bsq.basis", basis);
    });
    const { weights } = await readTokenizerCheckpoint(`${folder}/tokenizer`);
    assert.deepEqual(unused.filter((name) => weights.has(name)), []);
  }));

for (const dtype of ["F32", "F16", "BF16"] as const) {
  Deno.test(`readModelCheckpoint() reads the same weights from ${dtype}, as exactly as it is`, () =>
    withRandomCheckpoint(async (folder) => {
      const read = await readModelCheckpoint(`${folder}/model`);
      await withRandomCheckpoint(async (exactFolder) => {
        const exact = await readModelCheckpoint(`${exactFolder}/model`);
        const step = { F32: 0, F16: 2 ** -11, BF16: 2 ** -8 }[dtype];
        for (const [name, { data }] of exact.weights) {
          const other = read.weights.get(name)!.data;
          // Below 2^-14 the steps of f16 no longer shrink with the value.
          const isNear = data.every((value, i) =>
            Math.abs(other[i] - value) <= step * Math.max(Math.abs(value), 2 ** -14)
          );
          assert(isNear, name);
        }
      });
    }, { dtype }));
}
