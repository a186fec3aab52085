/** A model folder on disk: `manifest.json` and the graphs it vouches for. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { GRAPH_FILES, type Manifest, parseManifest } from "./manifest.ts";

/** What is wrong with a file of a model folder. */
export type ModelFileFault = "missing" | "truncated" | "corrupt" | "unreadable";

/** A model folder that is missing, damaged, or of another format. */
export class ModelFolderError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "ModelFolderError";
  /** What is wrong. */
  readonly fault: ModelFileFault;
  /** The file, and what is wrong with it. */
  readonly state: string;

  /** The message names `folder` before `state`. */
  constructor(folder: string, fault: ModelFileFault, state: string, cause?: unknown) {
    super(`Cannot open model ${folder}: ${state}`, { cause });
    this.fault = fault;
    this.state = state;
  }
}

/** The manifest of a folder and the bytes of its graphs, equal to their checksums. */
export interface ModelFolder {
  /** Parsed and valid. */
  readonly manifest: Manifest;
  /** Normalised candles to tokens. */
  readonly encoder: Uint8Array;
  /** Tokens to tokens, in a loop over steps. */
  readonly generator: Uint8Array;
  /** Tokens to normalised candles. */
  readonly decoder: Uint8Array;
}

/**
 * Reads a model folder and checks the size and SHA-256 of each graph.
 *
 * @throws ModelFolderError where it is missing, damaged or of another format
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const manifest = manifestFrom(await readFile(path, "manifest.json"), path);
  const graph = (file: string) => readGraph(path, file, manifest);
  return {
    manifest,
    encoder: await graph(GRAPH_FILES.encoder),
    generator: await graph(GRAPH_FILES.generator),
    decoder: await graph(GRAPH_FILES.decoder),
  };
}

async function readFile(path: string, file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(join(path, file));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new ModelFolderError(path, "missing", `${file} does not exist`, cause);
    }
    const state = `${file}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ModelFolderError(path, "unreadable", state, cause);
  }
}

function manifestFrom(bytes: Uint8Array, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ModelFolderError(path, "corrupt", "manifest.json is not JSON", cause);
  }
  try {
    return parseManifest(value);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new ModelFolderError(path, "corrupt", state, cause);
  }
}

async function readGraph(path: string, file: string, manifest: Manifest): Promise<Uint8Array> {
  const expected = manifest.files[file];
  if (expected === undefined) {
    throw new ModelFolderError(path, "corrupt", `manifest.json does not list ${file}`);
  }
  const bytes = await readFile(path, file);
  if (bytes.length !== expected.bytes) {
    throw new ModelFolderError(
      path,
      bytes.length < expected.bytes ? "truncated" : "corrupt",
      `${file} has ${bytes.length} bytes, its manifest says ${expected.bytes}`,
    );
  }
  if (createHash("sha256").update(bytes).digest("hex") !== expected.sha256) {
    throw new ModelFolderError(
      path,
      "corrupt",
      `${file} does not match the SHA-256 in its manifest`,
    );
  }
  return bytes;
}
