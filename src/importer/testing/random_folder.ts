/** A tiny random checkpoint in a folder of its own, for the time of a test. */
import { readSafetensors, type StoredTensor, writeSafetensors } from "../safetensors.ts";
import { type RandomCheckpointOptions, writeRandomCheckpoint } from "../random_checkpoint.ts";

/** Gives `use` a folder with `model` and `tokenizer`, and removes it after. */
export async function withRandomCheckpoint(
  use: (folder: string) => Promise<void>,
  changes: Partial<RandomCheckpointOptions> = {},
): Promise<void> {
  const out = await Deno.makeTempDir();
  try {
    await writeRandomCheckpoint({ shape: "tiny", out, seed: 7, dtype: "F32", ...changes });
    await use(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** Changes tensors of the model or tokenizer in `folder`. */
export async function changeTensors(
  folder: string,
  change: (tensors: Map<string, StoredTensor>) => void,
): Promise<void> {
  const path = `${folder}/model.safetensors`;
  const tensors = readSafetensors(await Deno.readFile(path), path);
  change(tensors);
  await Deno.writeFile(path, writeSafetensors(tensors));
}

/** Changes keys of the `config.json` in `folder`. */
export async function changeConfig(
  folder: string,
  change: Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = `${folder}/config.json`;
  const config = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...config, ...change }));
}

/** Every path below a folder, links not followed. */
export async function pathsIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    paths.push(name);
    if (!isDirectory) continue;
    for (const below of await pathsIn(`${folder}/${name}`)) paths.push(`${name}/${below}`);
  }
  return paths.sort();
}
