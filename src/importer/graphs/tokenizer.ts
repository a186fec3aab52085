/** The tokenizer as two graphs: candles to tokens, and tokens to candles over a cache. */
import type { GraphBytes } from "../../inference/graph_bytes.ts";
import { GRAPH_FILES } from "../../inference/manifest.ts";
import {
  type Checkpoint,
  FEATURES,
  type TokenizerArchitecture,
} from "../../kronos/architecture.ts";
import {
  attentionShapes,
  headsShape,
  type LayerCache,
  reachOf,
  type Recent,
  visibilityMask,
} from "./attention.ts";
import {
  block,
  blockConstants,
  type Latest,
  latestTokens,
  linear,
  rmsNorm,
  rotaryTables,
  type Run,
  storedLinear,
} from "./block.ts";
import { cacheInputs, positionInputs, recentOutputs, rowShape } from "./cache_inputs.ts";
import { FLOAT, GraphBuilder, INT64 } from "./graph_builder.ts";
import { type Matrix, rowsOf, tableTimes, tensor, transposed } from "./weights.ts";

/**
 * Blocks `name.0` to `name.(count - 1)` one after the other: the residual stream at their end.
 *
 * @param latest what is wanted of it; null is everything
 */
function stack(
  g: GraphBuilder,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  name: "encoder" | "decoder",
  embedded: string,
  caches: readonly LayerCache[],
  run: Run,
  latest: Latest | null = null,
): { stream: string; recent: Recent[] } {
  const { d_model, n_heads } = tokenizer.architecture;
  const blocks = caches.map((_, layer) =>
    blockConstants(g, tokenizer.weights, `${name}.${layer}`, d_model / n_heads)
  );
  // Nothing follows the last block; its norm is computed beside the sum and not used.
  const unused = g.floats("ones", [d_model], new Float32Array(d_model).fill(1));
  let stream = embedded;
  let norm = rmsNorm(g, stream, blocks[0]?.norm1 ?? unused);
  const recent = blocks.map((constants, layer) => {
    const isLast = layer === blocks.length - 1;
    const next = isLast ? unused : blocks[layer + 1].norm1;
    const of = isLast ? latest : null;
    const result = block(g, norm, stream, constants, next, caches[layer], null, run, of);
    ({ norm, stream } = result);
    return result.recent;
  });
  return { stream, recent };
}

/** A cache with nothing in it, for a graph that sees its whole sequence at once. */
function emptyCache(g: GraphBuilder, heads: number, headSize: number): LayerCache {
  const none = (...shape: number[]): string => g.floats("none", shape, new Float32Array(0));
  return {
    contextKeys: none(1, heads, headSize, 0),
    contextValues: none(1, heads, 0, headSize),
    pastKeys: none(1, heads, 1, headSize, 0),
    pastValues: none(1, heads, 1, 0, headSize),
  };
}

/**
 * Normalised candles `[1, T, 6]` to tokens, int64 `[2, T]` (s1, s2).
 *
 * @param positions the longest input
 */
export function encoderGraph(
  tokenizer: Checkpoint<TokenizerArchitecture>,
  positions: number,
): GraphBytes {
  const { d_model, n_heads, n_enc_layers, s1_bits, s2_bits } = tokenizer.architecture;
  const headSize = d_model / n_heads;
  const g = new GraphBuilder();
  const candles = g.op("Squeeze", [
    g.input("candles", FLOAT, [1, "T", FEATURES]),
    g.integers(0),
  ]);
  const at = g.input("positions", INT64, [1, "T"]);
  const now = g.op("Cast", [at], { attributes: { to: FLOAT } });
  const caches = Array.from(
    { length: n_enc_layers - 1 },
    () => emptyCache(g, n_heads, headSize),
  );
  const [none, one] = [g.integers(0), g.integers(1)];
  const tokens = g.op("Shape", [at], { attributes: { start: 1 } });
  const rows = { series: one, paths: one, tokens };
  const run = {
    positions: at,
    sight: {
      mask: visibilityMask(g, now, now, reachOf(g, g.float(positions))),
      parts: g.op("Concat", [none, none, tokens], { attributes: { axis: 0 } }),
    },
    shapes: attentionShapes(g, rows, none, n_heads, headSize),
    heads: headsShape(g, one, 3 * n_heads, headSize),
    rotary: rotaryTables(g, positions, headSize),
    width: d_model,
  };
  const embedded = linear(g, candles, storedLinear(g, tokenizer.weights, "embed"));
  const { stream } = stack(g, tokenizer, "encoder", embedded, caches, run);
  const code = linear(g, stream, storedLinear(g, tokenizer.weights, "quant_embed"));
  // The reference scales the code to unit length before taking signs, which changes none.
  const bits = g.op("Cast", [g.op("Greater", [code, g.float(0)])], { attributes: { to: FLOAT } });
  const powers = new Float32Array((s1_bits + s2_bits) * 2);
  for (let bit = 0; bit < s1_bits; bit++) powers[2 * bit] = 2 ** bit;
  for (let bit = 0; bit < s2_bits; bit++) powers[2 * (s1_bits + bit) + 1] = 2 ** bit;
  const values = g.op("MatMul", [bits, g.floats("powers", [s1_bits + s2_bits, 2], powers)]);
  const pairs = g.op("Transpose", [values]);
  g.output("tokens", g.op("Cast", [pairs], { attributes: { to: INT64 } }), INT64, [2, "T"]);
  return g.encode(GRAPH_FILES.encoder.weights);
}

/** What each token of one half adds to the decoder's input: its bits as +-1/sqrt(bits), projected. */
function codeTable(
  tokenizer: Checkpoint<TokenizerArchitecture>,
  half: "s1" | "s2",
): Matrix {
  const { s1_bits, s2_bits } = tokenizer.architecture;
  const bits = half === "s1" ? s1_bits : s2_bits;
  const first = half === "s1" ? 0 : s1_bits;
  const unit = 1 / Math.sqrt(s1_bits + s2_bits);
  const codes = new Float32Array(2 ** bits * bits);
  for (let token = 0; token < 2 ** bits; token++) {
    for (let bit = 0; bit < bits; bit++) {
      codes[token * bits + bit] = token >> bit & 1 ? unit : -unit;
    }
  }
  const projection = transposed(tensor(tokenizer.weights, "post_quant_embed.weight"));
  return tableTimes(
    { rows: 2 ** bits, columns: bits, data: codes },
    rowsOf(projection, first, first + bits),
    half === "s1" ? tensor(tokenizer.weights, "post_quant_embed.bias").data : null,
  );
}

/**
 * Tokens `[B, T]` to normalised candles `[B * W, 6]`, over the cache: of each row's last `wanted`
 * tokens, W. The cache is that of all tokens, where the last block has less to do.
 *
 * @param positions rotary positions to provide for: context plus horizon
 */
export function decoderGraph(
  tokenizer: Checkpoint<TokenizerArchitecture>,
  positions: number,
): GraphBytes {
  const { d_model, n_heads, n_dec_layers } = tokenizer.architecture;
  const headSize = d_model / n_heads;
  const g = new GraphBuilder();
  const [s1, s2] = ["s1", "s2"].map((name) => g.input(name, INT64, ["B", "T"]));
  const at = g.input("positions", INT64, ["G", "T"]);
  const inputs = positionInputs(g);
  const caches = Array.from(
    { length: n_dec_layers - 1 },
    (_, layer) => cacheInputs(g, layer, n_heads, headSize),
  );
  const now = g.op("Cast", [at], { attributes: { to: FLOAT } });
  const keys = g.op("Concat", [inputs.before, now], { attributes: { axis: 1 } });
  const rows = rowShape(g, at, caches[0].pastKeys);
  const { contextSize, pastSize, reach } = inputs;
  const run = {
    positions: at,
    sight: {
      mask: visibilityMask(g, now, keys, reach),
      parts: g.op("Concat", [contextSize, pastSize, rows.tokens], { attributes: { axis: 0 } }),
    },
    shapes: attentionShapes(g, rows, contextSize, n_heads, headSize),
    heads: headsShape(g, rows.series, 3 * n_heads, headSize),
    rotary: rotaryTables(g, positions, headSize),
    width: d_model,
  };
  const [embedded1, embedded2] = (["s1", "s2"] as const).map((half) => {
    const { rows: size, columns, data } = codeTable(tokenizer, half);
    const table = g.floats(`code_${half}`, [size, columns], data);
    return g.op("Gather", [table, half === "s1" ? s1 : s2]);
  });
  const embedded = g.op("Reshape", [
    g.op("Add", [embedded1, embedded2]),
    g.integers(-1, d_model),
  ]);
  const wanted = g.input("wanted", INT64, [1]);
  const from = g.op("Neg", [wanted]);
  const latest = {
    from,
    rows: g.op("Concat", [g.integers(-1), rows.tokens, g.integers(d_model)], {
      attributes: { axis: 0 },
    }),
    shapes: attentionShapes(g, { ...rows, tokens: wanted }, contextSize, n_heads, headSize),
    sight: { ...run.sight, mask: latestTokens(g, run.sight.mask, from, 3) },
  };
  const { stream, recent } = stack(g, tokenizer, "decoder", embedded, caches, run, latest);
  recent.forEach((part, layer) => {
    recentOutputs(g, layer, part, n_heads, headSize);
  });
  const candles = linear(g, stream, storedLinear(g, tokenizer.weights, "head"));
  g.output("candles", candles, FLOAT, ["M", FEATURES]);
  return g.encode(GRAPH_FILES.decoder.weights);
}
