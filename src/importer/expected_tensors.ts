/** Names and shapes of the tensors that a published checkpoint of given sizes has. */
import type { ModelArchitecture, TokenizerArchitecture } from "../kronos/architecture.ts";

/** Shapes by tensor name. */
export type TensorShapes = Map<string, readonly number[]>;

/** Rows of the time embeddings, by the names of the reference. */
export const TIME_ROWS = { minute: 60, hour: 24, weekday: 7, day: 32, month: 13 } as const;

function addLinear(shapes: TensorShapes, name: string, from: number, to: number): void {
  shapes.set(`${name}.weight`, [to, from]);
  shapes.set(`${name}.bias`, [to]);
}

function addAttention(shapes: TensorShapes, name: string, width: number): void {
  for (const part of ["q_proj", "k_proj", "v_proj", "out_proj"]) {
    addLinear(shapes, `${name}.${part}`, width, width);
  }
}

function addBlock(shapes: TensorShapes, name: string, width: number, hidden: number): void {
  shapes.set(`${name}.norm1.weight`, [width]);
  addAttention(shapes, `${name}.self_attn`, width);
  shapes.set(`${name}.norm2.weight`, [width]);
  shapes.set(`${name}.ffn.w1.weight`, [hidden, width]);
  shapes.set(`${name}.ffn.w2.weight`, [width, hidden]);
  shapes.set(`${name}.ffn.w3.weight`, [hidden, width]);
}

/** Tensors of the transformer. */
export function modelTensors(sizes: ModelArchitecture): TensorShapes {
  const { d_model, n_layers, ff_dim, s1_bits, s2_bits, learn_te } = sizes;
  const shapes: TensorShapes = new Map();
  shapes.set("embedding.emb_s1.weight", [2 ** s1_bits, d_model]);
  shapes.set("embedding.emb_s2.weight", [2 ** s2_bits, d_model]);
  addLinear(shapes, "embedding.fusion_proj", 2 * d_model, d_model);
  for (const [unit, rows] of Object.entries(TIME_ROWS)) {
    shapes.set(`time_emb.${unit}_embed.${learn_te ? "" : "emb."}weight`, [rows, d_model]);
  }
  for (let layer = 0; layer < n_layers; layer++) {
    addBlock(shapes, `transformer.${layer}`, d_model, ff_dim);
  }
  shapes.set("norm.weight", [d_model]);
  addAttention(shapes, "dep_layer.cross_attn", d_model);
  shapes.set("dep_layer.norm.weight", [d_model]);
  addLinear(shapes, "head.proj_s1", d_model, 2 ** s1_bits);
  addLinear(shapes, "head.proj_s2", d_model, 2 ** s2_bits);
  return shapes;
}

/** Tensors of the tokenizer. */
export function tokenizerTensors(sizes: TokenizerArchitecture): TensorShapes {
  const { d_in, d_model, ff_dim, n_enc_layers, n_dec_layers, s1_bits, s2_bits } = sizes;
  const shapes: TensorShapes = new Map();
  addLinear(shapes, "embed", d_in, d_model);
  for (let layer = 0; layer < n_enc_layers - 1; layer++) {
    addBlock(shapes, `encoder.${layer}`, d_model, ff_dim);
  }
  addLinear(shapes, "quant_embed", d_model, s1_bits + s2_bits);
  addLinear(shapes, "post_quant_embed", s1_bits + s2_bits, d_model);
  for (let layer = 0; layer < n_dec_layers - 1; layer++) {
    addBlock(shapes, `decoder.${layer}`, d_model, ff_dim);
  }
  addLinear(shapes, "head", d_model, d_in);
  return shapes;
}

const UNUSED = [
  /\.rotary\.inv_freq$/,
  /^tokenizer\.bsq\.(group_)?basis$/,
  /^post_quant_embed_pre\.(weight|bias)$/,
];

/** Whether a published tensor is one that forecasting does not need: computed here, or for training. */
export function isUnusedTensor(name: string): boolean {
  return UNUSED.some((pattern) => pattern.test(name));
}
