/** A checkpoint to a verified model folder, all or nothing. */
import { createHash, randomUUID } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import type {
  Checkpoint,
  ModelArchitecture,
  TokenizerArchitecture,
} from "../kronos/architecture.ts";
import {
  GRAPH_FILES,
  type Manifest,
  MANIFEST_FORMAT,
  parseManifest,
} from "../inference/manifest.ts";
import {
  checkFit,
  readModelCheckpoint,
  readTokenizerCheckpoint,
  type SourcedCheckpoint,
} from "./checkpoint.ts";
import { buildGraphs, type Graphs, ONNX_IR_VERSION, ONNX_OPSET } from "./graphs.ts";

/** Steps a forecast may have: what the service offers. */
export const MAX_HORIZON = 512;
/** Candles an input may have: what the service takes. */
export const MAX_INPUT = 2048;

/** A checkpoint's folder and where it came from. */
export interface ImportSource {
  /** Holds `config.json` and `model.safetensors`. */
  readonly folder: string;
  /** `hf:owner/name`, or the folder's name. */
  readonly origin: string;
  /** The commit on the hub, else null. */
  readonly revision: string | null;
}

/** Compares the written graphs with a reference; rejects where they differ. */
export type Verification = (
  folder: string,
  model: Checkpoint<ModelArchitecture>,
  tokenizer: Checkpoint<TokenizerArchitecture>,
) => Promise<void>;

/** What to import. */
export interface ImportOptions {
  /** The transformer. */
  readonly model: ImportSource;
  /** The tokenizer it was trained with; sizes of tokens must agree. */
  readonly tokenizer: ImportSource;
  /** The model folder to write. */
  readonly out: string;
  /** Tokens the model attends to. */
  readonly maxContext: number;
  /** Answers carry it as `model_version`. */
  readonly modelVersion: string;
  /** Answers carry it as `tokenizer_version`. */
  readonly tokenizerVersion: string;
  /** Written to the manifest; the weights' own, not this repository's. */
  readonly licence: string;
  /** Runs on the finished graphs, before the target is touched. */
  readonly verify: Verification;
  /** Hears of each phase as it begins. */
  readonly onPhase?: (phase: string) => void;
}

/** A target that must not be overwritten. */
export class ImportError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "ImportError";
}

/**
 * Writes beside the target, verifies, then renames. A failed import leaves nothing behind. A target
 * that is a model folder is replaced; anything else that exists is refused.
 *
 * @throws ImportError where the target is something else than a model folder
 */
export async function importModel(options: ImportOptions): Promise<void> {
  const out = resolve(options.out);
  const replaces = await isReplaceable(out);
  options.onPhase?.("reading");
  const model = await readModelCheckpoint(options.model.folder);
  const tokenizer = await readTokenizerCheckpoint(options.tokenizer.folder);
  checkFit(model.architecture, tokenizer.architecture);
  options.onPhase?.("writing graphs");
  const graphs = buildGraphs(model, tokenizer, {
    maxContext: options.maxContext,
    maxHorizon: MAX_HORIZON,
    maxInput: MAX_INPUT,
  });
  await Deno.mkdir(dirname(out), { recursive: true });
  const temporary = join(dirname(out), `.${basename(out)}-${randomUUID()}`);
  await Deno.mkdir(temporary);
  try {
    for (const role of ["encoder", "generator", "decoder"] as const) {
      await Deno.writeFile(join(temporary, GRAPH_FILES[role]), graphs[role]);
    }
    const manifest = describeModel(options, model, tokenizer, graphs);
    await Deno.writeTextFile(
      join(temporary, "manifest.json"),
      `${JSON.stringify(manifest, null, 2)}\n`,
    );
    if (replaces) await keepCard(out, temporary);
    options.onPhase?.("verifying");
    await options.verify(temporary, model, tokenizer);
    if (replaces) await replaceFolder(temporary, out);
    else await Deno.rename(temporary, out);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true });
    throw error;
  }
}

async function isReplaceable(out: string): Promise<boolean> {
  try {
    await Deno.lstat(out);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    await Deno.stat(join(out, "manifest.json"));
    return true;
  } catch (cause) {
    throw new ImportError(`Cannot write ${out}: it exists and is not a model folder`, { cause });
  }
}

/** The model card is written by hand: a folder that is replaced keeps it. */
async function keepCard(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(join(from, "README.md"), join(to, "README.md"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Two renames: no call swaps two folders. Where the second fails, the old folder comes back. */
async function replaceFolder(from: string, out: string): Promise<void> {
  const old = `${from}-old`;
  await Deno.rename(out, old);
  try {
    await Deno.rename(from, out);
  } catch (error) {
    await Deno.rename(old, out);
    throw error;
  }
  await Deno.remove(old, { recursive: true });
}

function describeModel(
  options: ImportOptions,
  model: SourcedCheckpoint<ModelArchitecture>,
  tokenizer: SourcedCheckpoint<TokenizerArchitecture>,
  graphs: Graphs,
): Manifest {
  const file = (bytes: Uint8Array) => ({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
  });
  const source = ({ origin, revision }: ImportSource, files: Readonly<Record<string, string>>) => ({
    origin,
    revision,
    files,
  });
  return parseManifest({
    format_version: MANIFEST_FORMAT,
    model_version: options.modelVersion,
    tokenizer_version: options.tokenizerVersion,
    architecture: { model: model.architecture, tokenizer: tokenizer.architecture },
    limits: { max_context: options.maxContext, max_horizon: MAX_HORIZON, max_input: MAX_INPUT },
    defaults: {},
    sources: {
      model: source(options.model, model.files),
      tokenizer: source(options.tokenizer, tokenizer.files),
    },
    licence: options.licence,
    onnx: { opset: ONNX_OPSET, ir_version: ONNX_IR_VERSION },
    files: {
      [GRAPH_FILES.encoder]: file(graphs.encoder),
      [GRAPH_FILES.generator]: file(graphs.generator),
      [GRAPH_FILES.decoder]: file(graphs.decoder),
    },
  });
}
