import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  GRAPH_ROLES,
  type Manifest,
  MANIFEST_FORMAT,
  MODEL_FILES,
  parseManifest,
} from "./manifest.ts";
import { ModelFolder } from "./model_folder.ts";

const GRAPH = new TextEncoder().encode("not ONNX, but bytes that a manifest vouches for");
const DIGEST = createHash("sha256").update(GRAPH).digest("hex");
const SOURCE = { origin: "hf:owner/name", revision: null, files: { "config.json": DIGEST } };
const SIZES = { d_model: 32, n_heads: 2, ff_dim: 64, s1_bits: 6, s2_bits: 6 };
const MANIFEST: Manifest = {
  format_version: MANIFEST_FORMAT,
  model_version: "m",
  tokenizer_version: "t",
  architecture: {
    model: { ...SIZES, n_layers: 2, learn_te: true },
    tokenizer: { ...SIZES, d_in: 6, n_enc_layers: 4, n_dec_layers: 4 },
  },
  limits: { max_context: 64, max_horizon: 512, max_input: 2048 },
  defaults: {},
  sources: { model: SOURCE, tokenizer: SOURCE },
  licence: "mit",
  onnx: { opset: 21, ir_version: 10 },
  files: Object.fromEntries(
    MODEL_FILES.map((name) => [name, { sha256: DIGEST, bytes: GRAPH.length }]),
  ),
};

async function withModelFolder(
  use: (folder: string) => Promise<void>,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of MODEL_FILES) await Deno.writeFile(`${folder}/${name}`, GRAPH);
    const manifest = JSON.stringify({ ...MANIFEST, ...changes });
    await Deno.writeTextFile(`${folder}/manifest.json`, manifest);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opens a folder, reads its graphs and closes it. */
async function readGraphs(path: string): Promise<void> {
  const folder = await ModelFolder.open(path);
  try {
    await folder.readGraphs();
  } finally {
    await folder.close();
  }
}

async function refused(
  folder: string,
  state: string | RegExp,
  read: () => Promise<unknown> = () => readGraphs(folder),
): Promise<void> {
  await assert.rejects(read(), (error: Error) => {
    assert.equal(error.name, "ModelFolderError");
    const prefix = `Cannot open model ${folder}: `;
    assert(error.message.startsWith(prefix), error.message);
    const found = error.message.slice(prefix.length);
    if (typeof state === "string") assert.equal(found, state);
    else assert.match(found, state);
    assert(!found.includes("\n"));
    return true;
  });
}

/** What a folder with these files gives. */
const GRAPHS = Object.fromEntries(
  GRAPH_ROLES.map((role) => [
    role,
    { structure: GRAPH, weights: GRAPH, weightsName: `${role}.weights` },
  ]),
);

Deno.test("ModelFolder gives the manifest and, as often as they are read, the graphs it vouches for", () =>
  withModelFolder(async (path) => {
    const folder = await ModelFolder.open(path);
    assert.deepEqual(folder.manifest, MANIFEST);
    const both = await Promise.all([folder.readGraphs(), folder.readGraphs()]);
    assert.deepEqual(both, [GRAPHS, GRAPHS]);
    assert.notEqual(both[0].encoder.weights.buffer, both[1].encoder.weights.buffer);
    await folder.close();
  }));

Deno.test("ModelFolder gives the same graphs after its folder was replaced, and after it was deleted", () =>
  withModelFolder(async (path) => {
    const folder = await ModelFolder.open(path);
    await folder.readGraphs();
    for (const name of MODEL_FILES) {
      await Deno.writeTextFile(`${path}/new`, "another model");
      await Deno.rename(`${path}/new`, `${path}/${name}`);
    }
    assert.deepEqual(await folder.readGraphs(), GRAPHS);
    for (const name of MODEL_FILES) await Deno.remove(`${path}/${name}`);
    assert.deepEqual(await folder.readGraphs(), GRAPHS);
    await folder.close();
  }));

Deno.test("ModelFolder throws ModelFolderError where a file was written over since it was read", () =>
  withModelFolder(async (path) => {
    const folder = await ModelFolder.open(path);
    await folder.readGraphs();
    const again = () => folder.readGraphs();
    await Deno.writeFile(`${path}/decoder.weights`, GRAPH.toReversed());
    await refused(path, "decoder.weights does not match the SHA-256 in its manifest", again);
    await Deno.truncate(`${path}/decoder.weights`, 3);
    await refused(path, /^decoder.weights has 3 bytes/, again);
    await Deno.writeFile(`${path}/decoder.weights`, GRAPH);
    assert.deepEqual(await again(), GRAPHS);
    await folder.close();
  }));

Deno.test("ModelFolder throws ModelFolderError where a folder or file is missing", () =>
  withModelFolder(async (folder) => {
    await refused(`${folder}/absent`, "manifest.json does not exist");
    await refused(`${folder}/decoder.onnx`, /^manifest.json: .*Not a directory/);
    await Deno.remove(`${folder}/generator.onnx`);
    await refused(folder, "generator.onnx does not exist");
    await Deno.mkdir(`${folder}/generator.onnx`);
    await refused(folder, /^generator.onnx: .*Is a directory/);
  }));

Deno.test("ModelFolder throws ModelFolderError where the manifest is not JSON", () =>
  withModelFolder(async (folder) => {
    const text = await Deno.readTextFile(`${folder}/manifest.json`);
    for (const bad of ["", text.slice(0, -1), "\u0000"]) {
      await Deno.writeTextFile(`${folder}/manifest.json`, bad);
      await refused(folder, "manifest.json is not JSON");
    }
    await Deno.writeTextFile(`${folder}/manifest.json`, "[]");
    await refused(folder, /^manifest.json: manifest: /);
  }));

const badManifests: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    "another version",
    { format_version: 2 },
    /format_version: this version reads 3, not 2: .*import/,
  ],
  ["no limits", { limits: undefined }, /^manifest.json: limits: /],
  ["a context of 0", { limits: { ...MANIFEST.limits, max_context: 0 } }, /limits.max_context: /],
  ["a default beyond its range", { defaults: { top_p: 2 } }, /defaults.top_p: /],
  ["a short checksum", { files: { a: { sha256: "abc", bytes: 1 } } }, /files.a.sha256: /],
  ["an unlisted graph", { files: {} }, /^manifest.json does not list encoder.onnx$/],
];
for (const [what, changes, message] of badManifests) {
  Deno.test(`ModelFolder throws ModelFolderError on a manifest with ${what}`, () =>
    withModelFolder((folder) => refused(folder, message), changes));
}

for (const name of MODEL_FILES) {
  Deno.test(`ModelFolder throws ModelFolderError where ${name} is not what was written`, () =>
    withModelFolder(async (folder) => {
      await Deno.writeFile(`${folder}/${name}`, GRAPH.map((byte, i) => i === 9 ? byte ^ 1 : byte));
      await refused(folder, `${name} does not match the SHA-256 in its manifest`);
      await Deno.truncate(`${folder}/${name}`, 10);
      await refused(folder, `${name} has 10 bytes, its manifest says ${GRAPH.length}`);
    }));
}

Deno.test("parseManifest() accepts the manifest of the model that comes along", async () => {
  const path = new URL("../../models/nano/manifest.json", import.meta.url);
  const manifest = parseManifest(JSON.parse(await Deno.readTextFile(path)));
  assert.deepEqual(Object.keys(manifest.files), MODEL_FILES);
});
