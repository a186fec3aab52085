/** The tokenizer in plain TypeScript: candles to pairs of tokens by binary spherical quantisation, and back. */
import { type Checkpoint, FEATURES, type TokenizerArchitecture } from "./architecture.ts";
import { block, linear } from "./layers.ts";

/** Tokens of both vocabularies, in time order. */
export interface TokenPairs {
  /** The coarse halves, 0 to 2^s1_bits - 1. */
  readonly s1: readonly number[];
  /** The fine halves, 0 to 2^s2_bits - 1; as many. */
  readonly s2: readonly number[];
}

/** Normalised candles `[time, 6]` to tokens; the code's signs are the bits, the least significant first. */
export function encodeCandles(
  { architecture, weights }: Checkpoint<TokenizerArchitecture>,
  candles: Float32Array,
): TokenPairs {
  const { d_model: width, n_heads, n_enc_layers, s1_bits, s2_bits } = architecture;
  let x = linear(Float64Array.from(candles), FEATURES, weights, "embed"); // [time, width]
  for (let layer = 0; layer < n_enc_layers - 1; layer++) {
    x = block(x, width, n_heads, weights, `encoder.${layer}`, Infinity);
  }
  const code = linear(x, width, weights, "quant_embed"); // [time, bits]
  // The reference divides the code by its length before taking signs; that changes none.
  const bits = s1_bits + s2_bits;
  const token = (row: number, from: number, count: number): number => {
    let value = 0;
    for (let bit = 0; bit < count; bit++) {
      if (code[row * bits + from + bit] > 0) value += 2 ** bit;
    }
    return value;
  };
  const rows = Array.from({ length: code.length / bits }, (_, row) => row);
  return {
    s1: rows.map((row) => token(row, 0, s1_bits)),
    s2: rows.map((row) => token(row, s1_bits, s2_bits)),
  };
}

/**
 * Tokens to normalised candles `[time, 6]`.
 *
 * @param window tokens a candle may depend on
 */
export function decodeTokens(
  { architecture, weights }: Checkpoint<TokenizerArchitecture>,
  { s1, s2 }: TokenPairs,
  window: number,
): Float64Array {
  const { d_model: width, n_heads, n_dec_layers, s1_bits, s2_bits } = architecture;
  const unit = 1 / Math.sqrt(s1_bits + s2_bits); // the code is a point on the unit sphere
  const bits = (token: number, count: number): number[] =>
    Array.from({ length: count }, (_, bit) => token >> bit & 1 ? unit : -unit);
  const code = s1.flatMap((token, row) => [...bits(token, s1_bits), ...bits(s2[row], s2_bits)]);
  let x = linear(Float64Array.from(code), s1_bits + s2_bits, weights, "post_quant_embed");
  for (let layer = 0; layer < n_dec_layers - 1; layer++) {
    x = block(x, width, n_heads, weights, `decoder.${layer}`, window);
  }
  return linear(x, width, weights, "head");
}
