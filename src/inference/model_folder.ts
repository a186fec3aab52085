/** A model folder on disk: `manifest.json` and the graphs it vouches for. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { GraphBytes, ReplicaGraphs } from "./graph_bytes.ts";
import { GRAPH_FILES, type GraphRole, type Manifest, parseManifest } from "./manifest.ts";

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

/** Bytes that are read and hashed at once: the thread has other work to do in between. */
const PIECE_BYTES = 1 << 20;

/**
 * A folder whose graphs can be read again and again, for each replica that opens. Their files are held
 * open from the first time on: a folder that is deleted or replaced meanwhile is still this one.
 */
export class ModelFolder {
  /** Parsed and valid. */
  readonly manifest: Manifest;
  readonly #path: string;
  readonly #files = new Map<string, Deno.FsFile>();
  #reading: Promise<unknown> = Promise.resolve();

  private constructor(path: string, manifest: Manifest) {
    this.#path = path;
    this.manifest = manifest;
  }

  /**
   * Reads the manifest.
   *
   * @param parse checks it; throws where it is none
   * @throws ModelFolderError where it is missing, damaged or of another format
   */
  static async open(path: string, parse = parseManifest): Promise<ModelFolder> {
    return new ModelFolder(path, manifestFrom(await readManifest(path), path, parse));
  }

  /**
   * The graphs' bytes, which are the caller's: nothing here keeps them.
   *
   * @throws ModelFolderError where a file is missing or is not what the manifest vouches for
   */
  readGraphs(): Promise<ReplicaGraphs<GraphBytes>> {
    return this.#inTurn(() => this.#readGraphs());
  }

  /**
   * The bytes of a file, which are the caller's.
   *
   * @throws ModelFolderError where it is missing or is not what the manifest vouches for
   */
  readFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#inTurn(() => this.#read(name));
  }

  /** One after the other, since an open file has one position. */
  #inTurn<Result>(read: () => Promise<Result>): Promise<Result> {
    const result = this.#reading.then(read);
    this.#reading = result.catch(() => {});
    return result;
  }

  async #readGraphs(): Promise<ReplicaGraphs<GraphBytes>> {
    const read = async (role: GraphRole): Promise<GraphBytes> => {
      const { structure, weights } = GRAPH_FILES[role];
      return {
        structure: await this.#read(structure),
        weights: await this.#read(weights),
        weightsName: weights,
      };
    };
    return {
      encoder: await read("encoder"),
      generator: await read("generator"),
      decoder: await read("decoder"),
    };
  }

  /** Closes the files, after what is being read. */
  async close(): Promise<void> {
    await this.#reading;
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  async #read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const expected = this.manifest.files[name];
    if (expected === undefined) {
      throw new ModelFolderError(this.#path, "corrupt", `manifest.json does not list ${name}`);
    }
    const file = this.#files.get(name) ??
      await readable(this.#path, name, (path) => Deno.open(path));
    this.#files.set(name, file);
    const { bytes, sha256 } = await readable(this.#path, name, () => readAndHash(file));
    if (bytes.length !== expected.bytes) {
      throw new ModelFolderError(
        this.#path,
        bytes.length < expected.bytes ? "truncated" : "corrupt",
        `${name} has ${bytes.length} bytes, its manifest says ${expected.bytes}`,
      );
    }
    if (sha256 !== expected.sha256) {
      const state = `${name} does not match the SHA-256 in its manifest`;
      throw new ModelFolderError(this.#path, "corrupt", state);
    }
    return bytes;
  }
}

async function readAndHash(
  file: Deno.FsFile,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string }> {
  const bytes = new Uint8Array((await file.stat()).size);
  const hash = createHash("sha256");
  await file.seek(0, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const count = await file.read(bytes.subarray(at, at + PIECE_BYTES));
    if (count === null) return { bytes: bytes.slice(0, at), sha256: "" }; // cut since stat()
    hash.update(bytes.subarray(at, at + count));
    at += count;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** What `read` gives of a file; what it throws as an error that names the folder. */
async function readable<Result>(
  folder: string,
  name: string,
  read: (path: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await read(join(folder, name));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new ModelFolderError(folder, "missing", `${name} does not exist`, cause);
    }
    const state = `${name}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ModelFolderError(folder, "unreadable", state, cause);
  }
}

function readManifest(path: string): Promise<Uint8Array> {
  return readable(path, "manifest.json", (file) => Deno.readFile(file));
}

function manifestFrom(bytes: Uint8Array, path: string, parse: typeof parseManifest): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ModelFolderError(path, "corrupt", "manifest.json is not JSON", cause);
  }
  try {
    return parse(value);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new ModelFolderError(path, "corrupt", state, cause);
  }
}
