/** Writes a model folder that is verified before it is in its place, all or nothing. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { GraphBytes, ReplicaGraphs } from "../inference/graph_bytes.ts";
import {
  GRAPH_FILES,
  GRAPH_ROLES,
  type Manifest,
  MANIFEST_FORMAT,
  parseManifest,
} from "../inference/manifest.ts";
import type {
  Checkpoint,
  ModelArchitecture,
  TokenizerArchitecture,
} from "../kronos/architecture.ts";
import { buildGraphs, ONNX_IR_VERSION, ONNX_OPSET } from "./graphs.ts";
import { ImportError, keepCard, StagedFolder } from "./staged_folder.ts";

/** Compares the written graphs with a reference; rejects where they differ, or when stopped. */
export type Verification = (
  folder: string,
  model: Checkpoint<ModelArchitecture>,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  signal?: AbortSignal,
) => Promise<void>;

/** Where and how to write. */
export interface WriteOptions {
  /** The model folder to write. */
  readonly out: string;
  /** Runs on the finished graphs, before the target is touched. */
  readonly verify: Verification;
  /** Hears of each phase as it begins. */
  readonly onPhase?: (phase: string) => void;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** What a model folder is made of. */
export interface ModelContent {
  /** The transformer. */
  readonly model: Checkpoint<ModelArchitecture>;
  /** Its tokenizer. */
  readonly tokenizer: Checkpoint<TokenizerArchitecture>;
  /** What the manifest says beside the graphs. */
  readonly description: Omit<Manifest, "format_version" | "onnx" | "files">;
  /** A folder whose card goes along, if it has one; absent: what is replaced keeps its own. */
  readonly cardOf?: string;
}

/**
 * Writes beside the target, verifies, then renames. Where it fails or is stopped, nothing is left
 * behind. A target that is a model folder is replaced and keeps its card; anything else that exists is
 * refused.
 *
 * @param read gives the content; the target may be where it reads from
 * @throws ImportError where the target cannot be written, or is something else than a model folder
 * @throws what `read` and the verification throw
 * @throws the signal's reason, where it was aborted before the model was in its place
 */
export async function writeModel(
  { out, verify, onPhase, signal }: WriteOptions,
  read: () => Promise<ModelContent>,
): Promise<void> {
  const staged = await StagedFolder.create(out);
  try {
    onPhase?.("reading");
    const content = await read();
    signal?.throwIfAborted();
    onPhase?.("writing graphs");
    await writeFiles(staged.path, out, content);
    signal?.throwIfAborted();
    onPhase?.("verifying");
    await verify(staged.path, content.model, content.tokenizer, signal);
    signal?.throwIfAborted();
    await staged.commit();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function writeFiles(folder: string, out: string, content: ModelContent): Promise<void> {
  const { model, tokenizer, description, cardOf } = content;
  const { max_context, max_horizon, max_input } = description.limits;
  const graphs = buildGraphs(model, tokenizer, {
    maxContext: max_context,
    maxHorizon: max_horizon,
    maxInput: max_input,
  });
  const files = filesOf(graphs);
  const manifest = manifestOf(description, files);
  try {
    for (const [name, bytes] of files) await Deno.writeFile(join(folder, name), bytes);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await Deno.writeTextFile(join(folder, "manifest.json"), text);
    if (cardOf !== undefined) await keepCard(cardOf, folder);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError(`Cannot write ${out}: ${state}`, { cause });
  }
}

type NamedFile = readonly [name: string, bytes: Uint8Array];

function filesOf(graphs: ReplicaGraphs<GraphBytes>): NamedFile[] {
  return GRAPH_ROLES.flatMap((role): NamedFile[] => [
    [GRAPH_FILES[role].structure, graphs[role].structure],
    [GRAPH_FILES[role].weights, graphs[role].weights],
  ]);
}

function manifestOf(
  description: ModelContent["description"],
  files: readonly NamedFile[],
): Manifest {
  return parseManifest({
    ...description,
    format_version: MANIFEST_FORMAT,
    onnx: { opset: ONNX_OPSET, ir_version: ONNX_IR_VERSION },
    files: Object.fromEntries(files.map(([name, bytes]) => [
      name,
      { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
    ])),
  });
}
