/** The decoder-only transformer over candle tokens, in plain TypeScript. */
import {
  type Checkpoint,
  DEPENDENCY_HEADS,
  type ModelArchitecture,
  TIME_FEATURES,
} from "./architecture.ts";
import { add, attention, block, linear, rmsNorm, weight } from "./layers.ts";
import type { TokenPairs } from "./tokenizer.ts";

const TIME_UNITS = ["minute", "hour", "weekday", "day", "month"] as const;

/** A model's checkpoint. */
export type Model = Checkpoint<ModelArchitecture>;

/** Tokens and their time stamps to `[time, d]`: both embeddings fused, plus five time embeddings. */
function embed(
  { architecture: { d_model: d, learn_te }, weights }: Model,
  { s1, s2 }: TokenPairs,
  stamps: Int32Array, // [time, 5]
): Float64Array {
  const [emb1, emb2] = ["s1", "s2"].map((half) => weight(weights, `embedding.emb_${half}.weight`));
  const pairs = new Float64Array(s1.length * 2 * d); // [time, 2d]
  for (let t = 0; t < s1.length; t++) {
    for (let i = 0; i < d; i++) {
      pairs[t * 2 * d + i] = emb1[s1[t] * d + i] * Math.sqrt(d);
      pairs[t * 2 * d + d + i] = emb2[s2[t] * d + i] * Math.sqrt(d);
    }
  }
  const x = linear(pairs, 2 * d, weights, "embedding.fusion_proj"); // [time, d]
  TIME_UNITS.forEach((unit, u) => {
    const table = weight(weights, `time_emb.${unit}_embed.${learn_te ? "weight" : "emb.weight"}`);
    for (let t = 0; t < s1.length; t++) {
      const row = stamps[t * TIME_FEATURES + u];
      for (let i = 0; i < d; i++) x[t * d + i] += table[row * d + i];
    }
  });
  return x;
}

/**
 * Normed hidden states `[time, d]` of a sequence of tokens.
 *
 * @param stamps `[time, 5]`
 * @param window tokens a query may see
 */
export function hiddenStates(
  model: Model,
  tokens: TokenPairs,
  stamps: Int32Array,
  window: number,
): Float64Array {
  const { architecture: { d_model: d, n_heads, n_layers }, weights } = model;
  let x = embed(model, tokens, stamps);
  for (let layer = 0; layer < n_layers; layer++) {
    x = block(x, d, n_heads, weights, `transformer.${layer}`, window);
  }
  return rmsNorm(x, weight(weights, "norm.weight"));
}

/** Logits of the next s1 at the last position: `[V]`. */
export function s1Logits(
  { architecture: { d_model: d }, weights }: Model,
  hidden: Float64Array,
): Float64Array {
  return linear(hidden.subarray(hidden.length - d), d, weights, "head.proj_s1");
}

/**
 * Logits of the next s2 given s1, at the last position: `[V]`. The drawn s1, unscaled, asks all
 * positions of the window; at inference neither side is rotated (a query of length 1 has a rotary table
 * of length 1).
 */
export function s2Logits(
  { architecture: { d_model: d }, weights }: Model,
  hidden: Float64Array,
  s1: number,
  window: number,
): Float64Array {
  const name = "dep_layer.cross_attn";
  const sibling = weight(weights, "embedding.emb_s1.weight").subarray(s1 * d, (s1 + 1) * d);
  const q = linear(Float64Array.from(sibling), d, weights, `${name}.q_proj`); // [1, d]
  const k = linear(hidden, d, weights, `${name}.k_proj`); // [time, d]
  const v = linear(hidden, d, weights, `${name}.v_proj`); // [time, d]
  const last = hidden.length / d - 1;
  const sees = (_query: number, key: number): boolean => last - key < window;
  const mixed = attention(q, k, v, d, DEPENDENCY_HEADS, sees);
  const attended = linear(mixed, d, weights, `${name}.out_proj`); // [1, d]
  const x = add(hidden.slice(last * d), attended);
  return linear(rmsNorm(x, weight(weights, "dep_layer.norm.weight")), d, weights, "head.proj_s2");
}
