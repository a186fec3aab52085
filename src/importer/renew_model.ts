/** A model folder written anew with the graphs of this version, out of its own graphs. */
import {
  GRAPH_FILES,
  type GraphRole,
  type Manifest,
  MANIFEST_FORMAT,
  parseManifest,
} from "../inference/manifest.ts";
import type { GraphBytes } from "../inference/graph_bytes.ts";
import { ModelFolder } from "../inference/model_folder.ts";
import { modelFromGraph, tokenizerFromGraphs } from "./read_back/checkpoints.ts";
import { GraphTensors } from "./read_back/graph_tensors.ts";
import { type ModelContent, writeModel, type WriteOptions } from "./write_model.ts";

/** The oldest format whose graphs can be read back: constants of every size are in their structure. */
const OLDEST_FORMAT = 2;

/** What to write anew. */
export interface RenewOptions extends WriteOptions {
  /** A model folder; may be the one to write. */
  readonly from: string;
}

/** Accepts manifests of older formats, which say the same. */
function parseOlderManifest(value: unknown): Manifest {
  if (typeof value !== "object" || value === null || !("format_version" in value)) {
    return parseManifest(value);
  }
  const { format_version: format } = value;
  const older = typeof format === "number" && Number.isInteger(format) &&
    format >= OLDEST_FORMAT && format < MANIFEST_FORMAT;
  return parseManifest(older ? { ...value, format_version: MANIFEST_FORMAT } : value);
}

/**
 * Reads the weights back from a folder's graphs and writes these anew; what is written, and when, is
 * said of `writeModel`. The manifest keeps all that it says beside the graphs, the folder its card.
 *
 * @returns the model's version
 * @throws ModelFolderError where the folder is missing, damaged or of a format that cannot be read
 * @throws GraphTensorError where a graph holds something else than weights as the importer writes them
 * @throws ImportError where the target cannot be written, or is something else than a model folder
 * @throws the signal's reason, where it was aborted before the model was in its place
 */
export async function renewModel(options: RenewOptions): Promise<string> {
  let version = "";
  await writeModel(options, async () => {
    const folder = await ModelFolder.open(options.from, parseOlderManifest);
    try {
      version = folder.manifest.model_version;
      return { ...await readCheckpoints(folder, options.signal), cardOf: options.from };
    } finally {
      await folder.close();
    }
  });
  return version;
}

async function readCheckpoints(
  folder: ModelFolder,
  signal: AbortSignal | undefined,
): Promise<Pick<ModelContent, "model" | "tokenizer" | "description">> {
  const { architecture } = folder.manifest;
  const encoder = await readTensors(folder, "encoder");
  const decoder = await readTensors(folder, "decoder");
  const generator = await readTensors(folder, "generator");
  return {
    model: await modelFromGraph(architecture.model, generator, signal),
    tokenizer: tokenizerFromGraphs(architecture.tokenizer, encoder, decoder),
    description: folder.manifest,
  };
}

async function readTensors(folder: ModelFolder, role: GraphRole): Promise<GraphTensors> {
  const { structure, weights } = GRAPH_FILES[role];
  const graph: GraphBytes = {
    structure: await folder.readFile(structure),
    weights: weights in folder.manifest.files ? await folder.readFile(weights) : new Uint8Array(),
    weightsName: weights,
  };
  return new GraphTensors(structure, graph);
}
