/** A checkpoint to a verified model folder, all or nothing. */
import { createHash } from "node:crypto";
import { join } from "node:path";
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
import { buildGraphs, ONNX_IR_VERSION, ONNX_OPSET } from "./graphs.ts";
import { ImportError, StagedFolder } from "./staged_folder.ts";

/** Steps a forecast may have: what the service offers. */
export const MAX_HORIZON = 512;
/** Candles an input may have: what the service takes. */
export const MAX_INPUT = 2048;
/** Tokens a model may attend to: the longest context of a published model, that of the mini. */
export const MAX_CONTEXT = 2048;

/** A checkpoint's folder and where it came from. */
export interface ImportSource {
  /** Holds `config.json` and `model.safetensors`. */
  readonly folder: string;
  /** `hf:owner/name`, or the folder's name. */
  readonly origin: string;
  /** The commit on the hub, else null. */
  readonly revision: string | null;
}

/** Compares the written graphs with a reference; rejects where they differ, or when stopped. */
export type Verification = (
  folder: string,
  model: Checkpoint<ModelArchitecture>,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  signal?: AbortSignal,
) => Promise<void>;

/** What to import. */
export interface ImportOptions {
  /** The transformer. */
  readonly model: ImportSource;
  /** The tokenizer it was trained with; sizes of tokens must agree. */
  readonly tokenizer: ImportSource;
  /** The model folder to write. */
  readonly out: string;
  /** Tokens the model attends to, 1 to `MAX_CONTEXT`. */
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
  /** Stops the import. */
  readonly signal?: AbortSignal;
}

/**
 * Writes beside the target, verifies, then renames. A failed or stopped import leaves nothing behind.
 * A target that is a model folder is replaced and keeps its card; anything else that exists is
 * refused.
 *
 * @throws ImportError where the target cannot be written, or is something else than a model folder
 * @throws CheckpointError, SafetensorsError where a checkpoint cannot be used
 * @throws the signal's reason, where it was aborted before the model was in its place
 */
export async function importModel(options: ImportOptions): Promise<void> {
  const { signal, onPhase } = options;
  const staged = await StagedFolder.create(options.out);
  try {
    onPhase?.("reading");
    const model = await readModelCheckpoint(options.model.folder);
    const tokenizer = await readTokenizerCheckpoint(options.tokenizer.folder);
    checkFit(model.architecture, tokenizer.architecture);
    signal?.throwIfAborted();
    onPhase?.("writing graphs");
    await writeModel(staged.path, options, model, tokenizer);
    signal?.throwIfAborted();
    onPhase?.("verifying");
    await options.verify(staged.path, model, tokenizer, signal);
    signal?.throwIfAborted();
    await staged.commit();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function writeModel(
  folder: string,
  options: ImportOptions,
  model: SourcedCheckpoint<ModelArchitecture>,
  tokenizer: SourcedCheckpoint<TokenizerArchitecture>,
): Promise<void> {
  const graphs = buildGraphs(model, tokenizer, {
    maxContext: options.maxContext,
    maxHorizon: MAX_HORIZON,
    maxInput: MAX_INPUT,
  });
  const files = (["encoder", "generator", "decoder"] as const).flatMap((role) => [
    [GRAPH_FILES[role].structure, graphs[role].structure] as const,
    [GRAPH_FILES[role].weights, graphs[role].weights] as const,
  ]);
  const manifest = describeModel(options, model, tokenizer, files);
  try {
    for (const [name, bytes] of files) await Deno.writeFile(join(folder, name), bytes);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await Deno.writeTextFile(join(folder, "manifest.json"), text);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError(`Cannot write ${options.out}: ${state}`, { cause });
  }
}

function describeModel(
  options: ImportOptions,
  model: SourcedCheckpoint<ModelArchitecture>,
  tokenizer: SourcedCheckpoint<TokenizerArchitecture>,
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
): Manifest {
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
    files: Object.fromEntries(files.map(([name, bytes]) => [
      name,
      { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
    ])),
  });
}
