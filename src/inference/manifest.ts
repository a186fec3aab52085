/** `manifest.json`: what a model folder holds and where it came from. */
import { z } from "zod";

/** The only format this version reads and writes. */
export const MANIFEST_FORMAT = 1;

/** Files of a model folder, by role. */
export const GRAPH_FILES = {
  /** Tokenizer encoder: normalised candles to tokens. */
  encoder: "encoder.onnx",
  /** Transformer: prefill and generation in a loop. */
  generator: "generator.onnx",
  /** Tokenizer decoder: tokens to normalised candles. */
  decoder: "decoder.onnx",
} as const;

const count = z.int().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const source = z.object({
  /** `hf:owner/name`, or the name of the folder it was read from. */
  origin: z.string().min(1),
  /** The commit on the hub; null for a folder. */
  revision: z.string().nullable(),
  /** SHA-256 of each file read, by name. */
  files: z.record(z.string(), sha256),
});

/** Schema of `manifest.json`. */
export const manifestSchema = z.object({
  format_version: z.literal(MANIFEST_FORMAT),
  model_version: z.string().min(1),
  tokenizer_version: z.string().min(1),
  architecture: z.object({
    model: z.object({
      d_model: count,
      n_layers: count,
      n_heads: count,
      ff_dim: count,
      s1_bits: count,
      s2_bits: count,
      learn_te: z.boolean(),
    }),
    tokenizer: z.object({
      d_in: count,
      d_model: count,
      n_heads: count,
      ff_dim: count,
      n_enc_layers: count,
      n_dec_layers: count,
      s1_bits: count,
      s2_bits: count,
    }),
  }),
  limits: z.object({
    /** Tokens the model attends to. */
    max_context: count,
    /** Steps a forecast may have. */
    max_horizon: count,
    /** Candles an input may have. */
    max_input: count,
  }),
  defaults: z.object({
    temperature: z.number().positive().max(10).optional(),
    top_k: z.int().min(0).optional(),
    top_p: z.number().positive().max(1).optional(),
    sample_count: count.optional(),
  }),
  sources: z.object({ model: source, tokenizer: source }),
  licence: z.string().min(1),
  onnx: z.object({ opset: count, ir_version: count }),
  files: z.record(z.string(), z.object({ sha256, bytes: count })),
});

/** A parsed `manifest.json`. */
export type Manifest = z.infer<typeof manifestSchema>;
