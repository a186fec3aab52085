import assert from "node:assert/strict";
import { readModelCheckpoint, readTokenizerCheckpoint } from "./checkpoint.ts";
import { randomCheckpointCommand, writeRandomCheckpoint } from "./random_checkpoint.ts";
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

Deno.test("randomCheckpointCommand() writes a checkpoint with the exit code 0", () =>
  withRandomCheckpoint(async (folder) => {
    const lines: string[] = [];
    const args = ["--shape", "tiny", "--out", `${folder}/again`, "--seed", "7"];
    assert.equal(await randomCheckpointCommand(args, (line) => lines.push(line)), 0);
    assert.deepEqual(lines, []);
    const files = async (path: string) => (await readModelCheckpoint(path)).files;
    assert.deepEqual(await files(`${folder}/again/model`), await files(`${folder}/model`));
  }));

const OUT = ["--shape", "tiny", "--out", "/dev/null/out"];
for (
  const [args, code, message] of [
    [[], 64, /^Usage: /],
    [["--shape", "huge", "--out", "o"], 64, /^Usage: /],
    [[...OUT, "--colour"], 64, /^Usage: /],
    [[...OUT, "--dtype", "f8"], 64, /^Usage: /],
    [[...OUT, "--seed", "-1"], 64, /^Usage: /],
    [[...OUT, "--seed", "9007199254740993"], 64, /^Usage: /],
    [OUT, 1, /^Cannot write \/dev\/null\/out: Not a directory/],
  ] as const
) {
  Deno.test(`randomCheckpointCommand() exits with ${code} on ${JSON.stringify(args)}`, async () => {
    const lines: string[] = [];
    assert.equal(await randomCheckpointCommand(args, (line) => lines.push(line)), code);
    assert.equal(lines.length, 1);
    assert.match(lines[0], message);
  });
}
