/**
 * The shapes of a Kronos checkpoint, as its two `config.json` files state them.
 * Names are those of the published files (Kronos, arXiv 2508.02739).
 */

/** Sizes of the decoder-only transformer over candle tokens. */
export interface ModelArchitecture {
  /** Width of the stream: values of a token's hidden state. */
  readonly d_model: number;
  /** Transformer blocks. */
  readonly n_layers: number;
  /** Heads of a block; divides `d_model`. */
  readonly n_heads: number;
  /** Hidden width of SwiGLU. */
  readonly ff_dim: number;
  /** Bits of the coarse token: its vocabulary has 2^s1_bits entries. */
  readonly s1_bits: number;
  /** Bits of the fine token. */
  readonly s2_bits: number;
  /** Learned time embeddings (`true`) or fixed sinusoids; both are stored in the weights. */
  readonly learn_te: boolean;
}

/** Sizes of the tokenizer. It has one encoder (decoder) block less than `n_enc_layers` (`n_dec_layers`). */
export interface TokenizerArchitecture {
  /** Columns of a candle: 6. */
  readonly d_in: number;
  /** Width of the stream. */
  readonly d_model: number;
  /** Heads of a block; divides `d_model`. */
  readonly n_heads: number;
  /** Hidden width of SwiGLU. */
  readonly ff_dim: number;
  /** One more than the encoder's blocks. */
  readonly n_enc_layers: number;
  /** One more than the decoder's blocks. */
  readonly n_dec_layers: number;
  /** Bits of the coarse token. */
  readonly s1_bits: number;
  /** Bits of the fine token; with `s1_bits` the length of a code. */
  readonly s2_bits: number;
}

/** A dense float32 tensor, row-major. */
export interface Tensor {
  /** Sizes from the outermost dimension in. */
  readonly shape: readonly number[];
  /** As many values as the product of `shape`. */
  readonly data: Float32Array;
}

/** Tensors by their published names, e.g. `transformer.0.self_attn.q_proj.weight`. */
export type Weights = ReadonlyMap<string, Tensor>;

/** A model or a tokenizer: sizes and weights that fit them. */
export interface Checkpoint<Architecture> {
  /** As `config.json` states it. */
  readonly architecture: Architecture;
  /** Every tensor that the sizes ask for. */
  readonly weights: Weights;
}

/** Columns of a candle, in the model's order: open, high, low, close, volume, amount. */
export const FEATURES = 6;

/** Columns of prices, the first of a candle: open, high, low, close. */
export const PRICE_COLUMNS = 4;

/** The column of the close. */
export const CLOSE = 3;

/** The column of the volume. */
export const VOLUME = 4;

/** Columns of a time stamp, in the model's order: minute, hour, weekday (Monday 0), day of month, month. */
export const TIME_FEATURES = 5;

/** Heads of the dependency layer: always 4, whatever the model's size. */
export const DEPENDENCY_HEADS = 4;

/** Epsilon of every RMSNorm. */
export const NORM_EPSILON = 1e-5;

/** Base of the rotary embedding's wave lengths. */
export const ROTARY_BASE = 10000;
