/** A folder that is written beside its place and put there whole, or not at all. */
import { randomUUID } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { MODEL_FILES } from "../inference/manifest.ts";

const MANIFEST = "manifest.json";
/** The model card is written by hand: a folder that is replaced keeps it. */
const CARD = "README.md";
/** Files that a model folder may hold; a folder with others is somebody's. */
const OWN_FILES: ReadonlySet<string> = new Set([MANIFEST, CARD, ...MODEL_FILES]);

/** A target that cannot be written, or must not be. */
export class ImportError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "ImportError";
}

/** A model folder on its way; ends by `commit()` or `discard()`. */
export class StagedFolder {
  /** Where to write. */
  readonly path: string;
  readonly #target: string;
  readonly #replaces: boolean;
  /** Folders above the target that did not exist, the deepest first. */
  readonly #parents: readonly string[];

  private constructor(target: string, replaces: boolean, parents: readonly string[]) {
    this.path = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
    this.#target = target;
    this.#replaces = replaces;
    this.#parents = parents;
  }

  /**
   * Makes the folder, on the file system of the target.
   *
   * @throws ImportError where the target is something else than a model folder, or cannot be written
   */
  static async create(out: string): Promise<StagedFolder> {
    const target = await checkTarget(out);
    const parents = await missingParents(target ?? resolve(out));
    const staged = new StagedFolder(target ?? resolve(out), target !== null, parents);
    try {
      await Deno.mkdir(staged.path, { recursive: true });
      if (staged.#replaces) await keepCard(staged.#target, staged.path);
    } catch (cause) {
      await staged.discard();
      throw unwritable(out, cause);
    }
    return staged;
  }

  /**
   * Puts the folder in its place. Replacing takes two renames, as no call swaps two folders: where
   * the second fails, the old folder comes back.
   *
   * @throws ImportError where the target cannot be written; then `discard()` is due
   */
  async commit(): Promise<void> {
    const old = `${this.path}-old`;
    try {
      if (this.#replaces) await Deno.rename(this.#target, old);
      try {
        await Deno.rename(this.path, this.#target);
      } catch (error) {
        if (this.#replaces) await Deno.rename(old, this.#target);
        throw error;
      }
    } catch (cause) {
      throw unwritable(this.#target, cause);
    }
    if (!this.#replaces) return;
    try {
      await Deno.remove(old, { recursive: true });
    } catch (cause) {
      const state = `${this.#target} is written, but what it replaced remains`;
      throw new ImportError(`Cannot remove ${old}: ${state}`, { cause });
    }
  }

  /** Leaves nothing behind, the folders above it included. */
  async discard(): Promise<void> {
    try {
      await Deno.remove(this.path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    for (const parent of this.#parents) {
      try {
        await Deno.remove(parent);
      } catch {
        // Never made, or no longer ours alone: what holds it stays, and so does all above.
        return;
      }
    }
  }
}

/**
 * The folder that is to be replaced, links followed; null where there is nothing yet.
 *
 * @throws ImportError where it is not a model folder
 */
export async function checkTarget(out: string): Promise<string | null> {
  try {
    await Deno.lstat(resolve(out));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw unwritable(out, error);
  }
  const refuse = (state: string) =>
    new ImportError(`Cannot write ${out}: it exists and is not a model folder (${state})`);
  try {
    const target = await Deno.realPath(resolve(out));
    for await (const { name, isFile } of Deno.readDir(target)) {
      if (!isFile || !OWN_FILES.has(name)) throw refuse(`it holds ${name}`);
    }
    const manifest = JSON.parse(await Deno.readTextFile(join(target, MANIFEST)));
    // Other tools have a manifest.json too. One of ours may be of another version, or damaged.
    if (typeof manifest?.format_version !== "number") throw refuse(`${MANIFEST} is no model's`);
    return target;
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

async function missingParents(target: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = dirname(target);; folder = dirname(folder)) {
    try {
      await Deno.lstat(folder);
      return missing;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return missing;
      missing.push(folder);
    }
  }
}

/** Copies the card of a model folder, if there is one. */
export async function keepCard(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(join(from, CARD), join(to, CARD));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function unwritable(out: string, cause: unknown): ImportError {
  const state = cause instanceof Error ? cause.message : String(cause);
  return new ImportError(`Cannot write ${out}: ${state}`, { cause });
}
