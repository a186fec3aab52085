import assert from "node:assert/strict";
import { readModelCheckpoint, readTokenizerCheckpoint } from "./checkpoint.ts";
import { writeRandomCheckpoint } from "./random_checkpoint.ts";
import { withRandomCheckpoint } from "./testing/random_folder.ts";

Deno.test("writeRandomCheckpoint() writes the same files for the same seed, others for another", () =>
  withRandomCheckpoint(async (folder) => {
    const again = { shape: "tiny", out: `${folder}/again`, seed: 7, dtype: "F32" } as const;
    await writeRandomCheckpoint(again);
    await writeRandomCheckpoint({ ...again, out: `${folder}/other`, seed: 8 });
    const files = async (path: string) => (await readModelCheckpoint(path)).files;
    assert.deepEqual(await files(`${folder}/again/model`), await files(`${folder}/model`));
    assert.notDeepEqual(await files(`${folder}/other/model`), await files(`${folder}/model`));
  }));

Deno.test("writeRandomCheckpoint() writes the published sizes", () =>
  withRandomCheckpoint(async (folder) => {
    const model = await readModelCheckpoint(`${folder}/model`);
    const { d_model, n_layers, s1_bits } = model.architecture;
    assert.deepEqual([d_model, n_layers, s1_bits], [256, 4, 10]);
    const tokenizer = await readTokenizerCheckpoint(`${folder}/tokenizer`);
    assert.equal(tokenizer.architecture.d_model, 256);
  }, { shape: "mini", dtype: "BF16" }));
