/** The checkpoints whose graphs a model folder holds, or others that have the same graphs. */
import {
  type Checkpoint,
  DEPENDENCY_HEADS,
  FEATURES,
  type ModelArchitecture,
  type Tensor,
  type TokenizerArchitecture,
} from "../../kronos/architecture.ts";
import { TIME_ROWS } from "../expected_tensors.ts";
import { joined, type Matrix, rowsOf, scaled } from "../graphs/weights.ts";
import { findEmbedding } from "./find_embedding.ts";
import type { GraphTensors } from "./graph_tensors.ts";
import {
  asStored,
  type FoundWeights,
  takeBlock,
  takeLinear,
  takeSideBySide,
  takeVector,
} from "./layer_weights.ts";
import { type Affine, codeLayer } from "./token_tables.ts";

function asTensor({ rows, columns, data }: Matrix): Tensor {
  return { shape: [rows, columns], data };
}

/** Layers on parts of one input, as one layer `name`: `[out, in]`; their biases are summed. */
function setJointLayer(to: FoundWeights, name: string, parts: readonly Affine[]): void {
  const columns = parts[0].matrix.columns;
  const rows = parts.reduce((sum, { matrix }) => sum + matrix.rows, 0);
  const data = joined(parts.map(({ matrix }) => matrix.data));
  to.set(`${name}.weight`, asStored({ shape: [rows, columns], data }));
  const bias = parts[0].bias.map((_, i) => parts.reduce((sum, part) => sum + part.bias[i], 0));
  to.set(`${name}.bias`, { shape: [columns], data: bias });
}

function identity(width: number): Affine {
  const data = new Float32Array(width * width);
  for (let i = 0; i < width; i++) data[i * (width + 1)] = 1;
  return { matrix: { rows: width, columns: width, data }, bias: new Float32Array(width) };
}

/** Embeddings, fusion and the dependency layer's query projection, out of the tables they are in. */
async function takeEmbeddings(
  generator: GraphTensors,
  weights: FoundWeights,
  { d_model: d, s1_bits, s2_bits }: ModelArchitecture,
  signal: AbortSignal | undefined,
): Promise<void> {
  const table1 = generator.take("embed_s1", 2 ** s1_bits, d);
  const table2 = generator.take("embed_s2", 2 ** s2_bits, d);
  const queries = generator.take("dependency_queries", 2 ** s1_bits, d);
  const shared = await findEmbedding([table1, queries], signal);
  if (shared === null) {
    throw generator.refusal(
      "dependency_queries",
      `and embed_s1 are not made of one embedding of ${d} columns`,
    );
  }
  const { embedding, layers: [fusion1, query] } = shared;
  // The graph's tables hold embeddings times sqrt(d), but for the queries, which are scaled as all are.
  const root = Math.sqrt(d);
  const factor = root * Math.sqrt(d / DEPENDENCY_HEADS);
  weights.set(
    "embedding.emb_s1.weight",
    asTensor({
      ...embedding,
      data: scaled(embedding.data, 1 / root),
    }),
  );
  weights.set("embedding.emb_s2.weight", { ...table2, data: scaled(table2.data, 1 / root) });
  setJointLayer(weights, "embedding.fusion_proj", [fusion1, identity(d)]);
  setJointLayer(weights, "dep_layer.cross_attn.q_proj", [{
    matrix: { ...query.matrix, data: scaled(query.matrix.data, factor) },
    bias: scaled(query.bias, factor / root),
  }]);
}

function takeTimeTables(
  generator: GraphTensors,
  weights: FoundWeights,
  { d_model, learn_te }: ModelArchitecture,
): void {
  const units = Object.entries(TIME_ROWS);
  const rows = units.reduce((sum, [, count]) => sum + count, 0);
  const all = generator.take("time_tables", rows, d_model);
  let first = 0;
  for (const [unit, count] of units) {
    const own = rowsOf({ rows, columns: d_model, data: all.data }, first, first + count);
    weights.set(
      `time_emb.${unit}_embed.${learn_te ? "" : "emb."}weight`,
      asTensor({ ...own, data: own.data.slice() }),
    );
    first += count;
  }
}

/**
 * The model of a generator graph.
 *
 * @throws GraphTensorError where the graph holds something else than a model of these sizes
 * @throws the signal's reason, where it is aborted meanwhile
 */
export async function modelFromGraph(
  architecture: ModelArchitecture,
  generator: GraphTensors,
  signal?: AbortSignal,
): Promise<Checkpoint<ModelArchitecture>> {
  const { d_model: d, n_layers, n_heads, ff_dim, s1_bits, s2_bits } = architecture;
  const weights: FoundWeights = new Map();
  await takeEmbeddings(generator, weights, architecture, signal);
  takeTimeTables(generator, weights, architecture);
  const sizes = { width: d, heads: n_heads, hidden: ff_dim };
  for (let layer = 0; layer < n_layers; layer++) {
    takeBlock(generator, weights, `transformer.${layer}`, sizes);
  }
  takeVector(generator, weights, "norm.weight", d);
  const cross = "dep_layer.cross_attn";
  const keysAndValues = { [`${cross}.k_proj`]: 1, [`${cross}.v_proj`]: 1 };
  takeSideBySide(generator, weights, `${cross}.kv`, keysAndValues, d);
  takeLinear(generator, weights, `${cross}.out_proj`, d, d);
  takeVector(generator, weights, "dep_layer.norm.weight", d);
  takeLinear(generator, weights, "head.proj_s1", d, 2 ** s1_bits);
  takeLinear(generator, weights, "head.proj_s2", d, 2 ** s2_bits);
  generator.end();
  return { architecture, weights };
}

/**
 * The tokenizer of an encoder and a decoder graph.
 *
 * @throws GraphTensorError where a graph holds something else than a tokenizer of these sizes
 */
export function tokenizerFromGraphs(
  architecture: TokenizerArchitecture,
  encoder: GraphTensors,
  decoder: GraphTensors,
): Checkpoint<TokenizerArchitecture> {
  const { d_model, n_heads, ff_dim, n_enc_layers, n_dec_layers, s1_bits, s2_bits } = architecture;
  const weights: FoundWeights = new Map();
  const sizes = { width: d_model, heads: n_heads, hidden: ff_dim };
  const bits = s1_bits + s2_bits;
  takeLinear(encoder, weights, "embed", FEATURES, d_model);
  for (let layer = 0; layer < n_enc_layers - 1; layer++) {
    takeBlock(encoder, weights, `encoder.${layer}`, sizes);
  }
  takeLinear(encoder, weights, "quant_embed", d_model, bits);
  encoder.end();
  const codes = ([["code_s1", s1_bits], ["code_s2", s2_bits]] as const).map(([name, count]) => {
    const table = decoder.take(name, 2 ** count, d_model);
    const layer = codeLayer(table, count, 1 / Math.sqrt(bits));
    if (layer === null) throw decoder.refusal(name, "is no projection of its tokens' bits");
    return layer;
  });
  setJointLayer(weights, "post_quant_embed", codes);
  for (let layer = 0; layer < n_dec_layers - 1; layer++) {
    takeBlock(decoder, weights, `decoder.${layer}`, sizes);
  }
  takeLinear(decoder, weights, "head", d_model, FEATURES);
  decoder.end();
  return { architecture, weights };
}
