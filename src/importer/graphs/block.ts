/** One transformer block (RMSNorm, attention, RMSNorm, SwiGLU), the same in model and tokenizer. */
import { NORM_EPSILON, ROTARY_BASE, type Weights } from "../../kronos/architecture.ts";
import {
  appended,
  attend,
  type AttentionShapes,
  type LayerCache,
  mergeHeads,
  type Recent,
  type Sight,
  splitHeads,
} from "./attention.ts";
import { type GraphBuilder, MICROSOFT } from "./graph_builder.ts";
import { beside, joined, type Matrix, scaled, tensor, transposed } from "./weights.ts";

/** A linear layer's constants in a graph; `bias` is null where it has none. */
export interface Linear {
  /** Name of the matrix, `[in, out]`. */
  readonly weight: string;
  /** Name of the bias, `[out]`. */
  readonly bias: string | null;
}

/** `x [rows, in]` through a linear layer: `[rows, out]`. */
export function linear(g: GraphBuilder, x: string, { weight, bias }: Linear): string {
  return bias === null ? g.op("MatMul", [x, weight]) : g.op("Gemm", [x, weight, bias]);
}

/** Writes a matrix and its bias as constants. */
export function linearConstants(
  g: GraphBuilder,
  name: string,
  matrix: Matrix,
  bias: Float32Array | null,
): Linear {
  return {
    weight: g.floats(name, [matrix.rows, matrix.columns], matrix.data),
    bias: bias === null ? null : g.floats(`${name}_bias`, [bias.length], bias),
  };
}

/** A stored linear layer `name.weight`, `name.bias` as constants. */
export function storedLinear(g: GraphBuilder, weights: Weights, name: string): Linear {
  const bias = tensor(weights, `${name}.bias`).data;
  return linearConstants(g, name, transposed(tensor(weights, `${name}.weight`)), bias);
}

/** A stored vector as a constant. */
export function vector(g: GraphBuilder, weights: Weights, name: string): string {
  const { data } = tensor(weights, name);
  return g.floats(name, [data.length], data);
}

/** RMSNorm over the last axis. */
export function rmsNorm(g: GraphBuilder, x: string, scale: string): string {
  return g.op("SimplifiedLayerNormalization", [x, scale], {
    attributes: { axis: -1, epsilon: { float: NORM_EPSILON }, stash_type: 1 },
  });
}

/** `residual` and `x` through a linear layer, added, and the RMSNorm of that: `[norm, sum]`. */
export function addLinearAndNorm(
  g: GraphBuilder,
  x: string,
  { weight, bias }: Linear,
  residual: string,
  scale: string,
): [norm: string, sum: string] {
  const product = g.op("MatMul", [x, weight]);
  const inputs = [product, residual, scale, ...bias === null ? [] : [bias]];
  const outputs = g.ops("SkipSimplifiedLayerNormalization", inputs, 4, {
    domain: MICROSOFT,
    attributes: { epsilon: { float: NORM_EPSILON } },
  });
  return [outputs[0], outputs[3]];
}

/** Constants of one block. */
export interface BlockConstants {
  /** Scale of the RMSNorm before attention, `[d]`. */
  readonly norm1: string;
  /** Query, key and value, `[d, 3d]`; queries are scaled already. */
  readonly qkv: Linear;
  /** What attention mixed back to the stream, `[d, d]`. */
  readonly out: Linear;
  /** Scale of the RMSNorm before the feed-forward part, `[d]`. */
  readonly norm2: string;
  /** Both inputs of SwiGLU side by side, `[d, 2ff]`. */
  readonly gateAndUp: Linear;
  /** SwiGLU back to the stream, `[ff, d]`. */
  readonly down: Linear;
}

/** Query, key and value as one matrix; queries are scaled here, so that no run has to. */
export function fusedProjection(
  g: GraphBuilder,
  weights: Weights,
  name: string,
  headSize: number,
): Linear {
  const scale = 1 / Math.sqrt(headSize);
  const parts = ["q_proj", "k_proj", "v_proj"].map((part) => {
    const factor = part === "q_proj" ? scale : 1;
    const matrix = transposed(tensor(weights, `${name}.${part}.weight`));
    return {
      matrix: { ...matrix, data: scaled(matrix.data, factor) },
      bias: scaled(tensor(weights, `${name}.${part}.bias`).data, factor),
    };
  });
  const matrix = beside(parts.map((part) => part.matrix));
  return linearConstants(g, `${name}.qkv`, matrix, joined(parts.map((part) => part.bias)));
}

/** The constants of block `name` (`transformer.0`, `encoder.1`, ...). */
export function blockConstants(
  g: GraphBuilder,
  weights: Weights,
  name: string,
  headSize: number,
): BlockConstants {
  const ffn = (part: string): Matrix => transposed(tensor(weights, `${name}.ffn.${part}.weight`));
  return {
    norm1: vector(g, weights, `${name}.norm1.weight`),
    qkv: fusedProjection(g, weights, `${name}.self_attn`, headSize),
    out: storedLinear(g, weights, `${name}.self_attn.out_proj`),
    norm2: vector(g, weights, `${name}.norm2.weight`),
    gateAndUp: linearConstants(g, `${name}.ffn.w1w3`, beside([ffn("w1"), ffn("w3")]), null),
    down: linearConstants(g, `${name}.ffn.w2`, ffn("w2"), null),
  };
}

/** Cosines and sines of the rotary embedding, `[positions, headSize / 2]` each. */
export interface RotaryTables {
  /** What the graph calls the cosines. */
  readonly cosines: string;
  /** What the graph calls the sines. */
  readonly sines: string;
}

/** The rotary tables for positions 0 to `positions - 1`. */
export function rotaryTables(
  g: GraphBuilder,
  positions: number,
  headSize: number,
): RotaryTables {
  const half = headSize / 2;
  const cosines = new Float32Array(positions * half);
  const sines = new Float32Array(positions * half);
  for (let p = 0; p < positions; p++) {
    for (let i = 0; i < half; i++) {
      const angle = p / ROTARY_BASE ** (2 * i / headSize);
      cosines[p * half + i] = Math.cos(angle);
      sines[p * half + i] = Math.sin(angle);
    }
  }
  return {
    cosines: g.floats("cosines", [positions, half], cosines),
    sines: g.floats("sines", [positions, half], sines),
  };
}

/** What all blocks of a step share, for H heads of size D. */
export interface Run {
  /** Positions of this step's tokens, int64 `[G, T]`: equal for all paths of a series. */
  readonly positions: string;
  /** What this step's tokens see. */
  readonly sight: Sight;
  /** Of the attention. */
  readonly shapes: AttentionShapes;
  /** `[G, M, 3H, D]`, an int64 vector. */
  readonly heads: string;
  /** Reach to the highest of `positions`. */
  readonly rotary: RotaryTables;
  /** H * D */
  readonly width: number;
}

/** The last W tokens of each row: all that is wanted of a block. */
export interface Latest {
  /** -W, an int64 vector of length 1. */
  readonly from: string;
  /** `[G * R, T, H * D]`, an int64 vector. */
  readonly rows: string;
  /** Of their attention. */
  readonly shapes: AttentionShapes;
  /** What they see. */
  readonly sight: Sight;
}

/** The end of an axis. */
const LAST = 2 ** 53 - 1;

/** The last tokens of `x`, those along `axis`; `from` as in `Latest`. */
export function latestTokens(g: GraphBuilder, x: string, from: string, axis: number): string {
  return g.op("Slice", [x, from, g.integers(LAST), g.integers(axis)]);
}

/** Of `[G * M, width]`. */
function latestRows(g: GraphBuilder, x: string, latest: Latest, width: number): string {
  const rows = latestTokens(g, g.op("Reshape", [x, latest.rows]), latest.from, 1);
  return g.op("Reshape", [rows, g.integers(-1, width)]);
}

/** A block's results. */
export interface BlockOutput {
  /** RMSNorm of the block's result with the scale of what comes next, `[G * M, d]`; M of the latest. */
  readonly norm: string;
  /** The residual stream, the same. */
  readonly stream: string;
  /** The run's keys and values with this step's tokens. */
  readonly recent: Recent;
}

/**
 * One block over the cache.
 *
 * @param norm RMSNorm of `stream` with this block's `norm1`
 * @param nextNorm scale of the RMSNorm after this block
 * @param recent what earlier steps of this run computed; null in a run of one step
 * @param latest what is wanted of norm and stream; null is everything. Keys and values are of all tokens
 */
export function block(
  g: GraphBuilder,
  norm: string,
  stream: string,
  constants: BlockConstants,
  nextNorm: string,
  cache: LayerCache,
  recent: Recent | null,
  run: Run,
  latest: Latest | null = null,
): BlockOutput {
  const { shapes } = run;
  const wanted = latest ?? run;
  const headed = splitHeads(g, linear(g, norm, constants.qkv), run.heads); // [G, 3H, M, D]
  const parts = g.op("Reshape", [headed, shapes.everyRow]); // [G, 3H * R, T, D]
  const [q, k, v] = g.ops("Split", [parts], 3, { attributes: { axis: 1, num_outputs: 3 } });
  const rotated = (x: string): string =>
    g.op("RotaryEmbedding", [x, run.positions, run.rotary.cosines, run.rotary.sines], {
      domain: MICROSOFT,
    });
  const grown = appended(g, recent, rotated(k), v, shapes);
  const queries = latest === null ? rotated(q) : latestTokens(g, rotated(q), latest.from, 2);
  const query = g.op("Reshape", [queries, wanted.shapes.shared]);
  const mixed = mergeHeads(
    g,
    attend(g, query, cache, grown, wanted.sight, wanted.shapes),
    run.width,
  );
  const [norm2, afterAttention] = addLinearAndNorm(
    g,
    mixed,
    constants.out,
    latest === null ? stream : latestRows(g, stream, latest, run.width),
    constants.norm2,
  );
  const [gate, up] = g.ops("Split", [linear(g, norm2, constants.gateAndUp)], 2, {
    attributes: { axis: -1, num_outputs: 2 },
  });
  // QuickGelu with alpha 1 is SiLU: x * sigmoid(x), in one pass.
  const silu = g.op("QuickGelu", [gate], {
    domain: MICROSOFT,
    attributes: { alpha: { float: 1 } },
  });
  const gated = g.op("Mul", [silu, up]);
  const [nextInput, next] = addLinearAndNorm(
    g,
    gated,
    constants.down,
    afterAttention,
    nextNorm,
  );
  return { norm: nextInput, stream: next, recent: grown };
}
