/**
 * The generator's constants. Whatever is a product of two constants is one table here: embedding and
 * fusion, the dependency layer's query of each token.
 */
import {
  type Checkpoint,
  DEPENDENCY_HEADS,
  type ModelArchitecture,
} from "../../kronos/architecture.ts";
import {
  type BlockConstants,
  blockConstants,
  type Linear,
  linearConstants,
  type RotaryTables,
  rotaryTables,
  storedLinear,
  vector,
} from "./block.ts";
import type { GraphBuilder } from "./graph_builder.ts";
import {
  beside,
  joined,
  type Matrix,
  rowsOf,
  scaled,
  tableTimes,
  tensor,
  transposed,
} from "./weights.ts";

const TIME_TABLES = ["minute", "hour", "weekday", "day", "month"] as const;

/** The generator's constants in a graph. */
export interface GeneratorConstants {
  /** s1 and s2 through embedding and fusion, `[V, d]` each; the bias is in the first. */
  readonly embedS1: string;
  /** See `embedS1`. */
  readonly embedS2: string;
  /** One for each layer, the first that runs first. */
  readonly blocks: readonly BlockConstants[];
  /** Scale of the RMSNorm after the last block, `[d]`. */
  readonly norm: string;
  /** Hidden state to the logits of s1, `[d, V]`. */
  readonly headS1: Linear;
  /** Hidden state after the dependency layer to the logits of s2, `[d, V]`. */
  readonly headS2: Linear;
  /** The dependency layer's query of each s1 token, `[V, d]`. */
  readonly dependencyQueries: string;
  /** Hidden states to the dependency layer's keys and values, `[d, 2d]`. */
  readonly dependencyKeyValue: Linear;
  /** What the dependency layer mixed back to the stream, `[d, d]`. */
  readonly dependencyOut: Linear;
  /** Scale of the RMSNorm after the dependency layer, `[d]`. */
  readonly dependencyNorm: string;
  /** Shared by all blocks. */
  readonly rotary: RotaryTables;
}

function asMatrix(weights: Checkpoint<ModelArchitecture>["weights"], name: string): Matrix {
  const { shape, data } = tensor(weights, name);
  return { rows: shape[0], columns: shape[1], data };
}

/** Writes the constants of a model; rotary tables reach to `positions`. */
export function generatorConstants(
  g: GraphBuilder,
  { architecture, weights }: Checkpoint<ModelArchitecture>,
  positions: number,
): GeneratorConstants {
  const { d_model: d, n_layers, n_heads } = architecture;
  const headSize = d / n_heads;
  const table = (name: string, { rows, columns, data }: Matrix): string =>
    g.floats(name, [rows, columns], data);
  const [s1, s2] = ["embedding.emb_s1.weight", "embedding.emb_s2.weight"].map((name) =>
    asMatrix(weights, name)
  );
  const fusion = transposed(tensor(weights, "embedding.fusion_proj.weight"));
  const fusionBias = tensor(weights, "embedding.fusion_proj.bias").data;
  const half = (matrix: Matrix, from: number, bias: Float32Array | null): Matrix =>
    tableTimes(
      { ...matrix, data: scaled(matrix.data, Math.sqrt(d)) },
      rowsOf(fusion, from, from + d),
      bias,
    );
  const cross = "dep_layer.cross_attn";
  const scale = 1 / Math.sqrt(d / DEPENDENCY_HEADS);
  const queries = tableTimes(
    s1,
    transposed(tensor(weights, `${cross}.q_proj.weight`)),
    tensor(weights, `${cross}.q_proj.bias`).data,
  );
  const keyValue = ["k_proj", "v_proj"].map((part) => `${cross}.${part}`);
  return {
    embedS1: table("embed_s1", half(s1, 0, fusionBias)),
    embedS2: table("embed_s2", half(s2, d, null)),
    blocks: Array.from(
      { length: n_layers },
      (_, layer) => blockConstants(g, weights, `transformer.${layer}`, headSize),
    ),
    norm: vector(g, weights, "norm.weight"),
    headS1: storedLinear(g, weights, "head.proj_s1"),
    headS2: storedLinear(g, weights, "head.proj_s2"),
    dependencyQueries: table("dependency_queries", {
      ...queries,
      data: scaled(queries.data, scale),
    }),
    dependencyKeyValue: linearConstants(
      g,
      `${cross}.kv`,
      beside(keyValue.map((name) => transposed(tensor(weights, `${name}.weight`)))),
      joined(keyValue.map((name) => tensor(weights, `${name}.bias`).data)),
    ),
    dependencyOut: storedLinear(g, weights, `${cross}.out_proj`),
    dependencyNorm: vector(g, weights, "dep_layer.norm.weight"),
    rotary: rotaryTables(g, positions, headSize),
  };
}

/** The sum of the five time embeddings of `[N, G, T, 5]` stamps: `[N, G, T, d]`. */
export function timeEmbedding(
  g: GraphBuilder,
  { architecture, weights }: Checkpoint<ModelArchitecture>,
  stamps: string,
): string {
  const stored = architecture.learn_te ? "embed.weight" : "embed.emb.weight";
  const tables = TIME_TABLES.map((unit) => tensor(weights, `time_emb.${unit}_${stored}`));
  const starts: number[] = [];
  let rows = 0;
  for (const { shape } of tables) {
    starts.push(rows);
    rows += shape[0];
  }
  const all = g.floats(
    "time_tables",
    [rows, architecture.d_model],
    joined(tables.map(({ data }) => data)),
  );
  const found = g.op("Gather", [all, g.op("Add", [stamps, g.integers(...starts)])]);
  return g.op("ReduceSum", [found, g.integers(3)], { attributes: { keepdims: 0 } });
}
