/** Layers of a graph taken apart into the tensors of a checkpoint: the reverse of `graphs/block.ts`. */
import type { Tensor } from "../../kronos/architecture.ts";
import { scaled, transposed } from "../graphs/weights.ts";
import type { GraphTensors } from "./graph_tensors.ts";

/** A checkpoint's tensors as they are found, by their published names. */
export type FoundWeights = Map<string, Tensor>;

/** `count` columns of a matrix from column `first` on, transposed: a layer's weight, `[out, in]`. */
function columnsOf({ shape: [rows, width], data }: Tensor, first: number, count: number): Tensor {
  const out = new Float32Array(count * rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < count; c++) out[c * rows + r] = data[r * width + first + c];
  }
  return { shape: [count, rows], data: out };
}

/** The matrix `[in, out]` of a graph as a layer's weight `[out, in]`. */
export function asStored(matrix: Tensor): Tensor {
  const { rows, columns, data } = transposed(matrix);
  return { shape: [rows, columns], data };
}

/** A vector of a graph, under its own name. */
export function takeVector(from: GraphTensors, to: FoundWeights, name: string, size: number): void {
  to.set(name, from.take(name, size));
}

/** A linear layer with its bias. */
export function takeLinear(
  from: GraphTensors,
  to: FoundWeights,
  name: string,
  inputs: number,
  outputs: number,
): void {
  to.set(`${name}.weight`, asStored(from.take(name, inputs, outputs)));
  to.set(`${name}.bias`, from.take(`${name}_bias`, outputs));
}

/**
 * Projections of one width that stand side by side in a graph.
 *
 * @param fused what the graph calls them
 * @param parts their names in a checkpoint, and the factor that each has in the graph
 */
export function takeSideBySide(
  from: GraphTensors,
  to: FoundWeights,
  fused: string,
  parts: Readonly<Record<string, number>>,
  width: number,
): void {
  const entries = Object.entries(parts);
  const matrix = from.take(fused, width, entries.length * width);
  const bias = from.take(`${fused}_bias`, entries.length * width);
  entries.forEach(([name, factor], i) => {
    const weight = columnsOf(matrix, i * width, width);
    const own = bias.data.slice(i * width, (i + 1) * width);
    to.set(`${name}.weight`, { ...weight, data: scaled(weight.data, 1 / factor) });
    to.set(`${name}.bias`, { shape: [width], data: scaled(own, 1 / factor) });
  });
}

/** Block `name` (`transformer.0`, `encoder.1`, ...) of `width`, `hidden` units in its SwiGLU. */
export function takeBlock(
  from: GraphTensors,
  to: FoundWeights,
  name: string,
  { width, heads, hidden }: { width: number; heads: number; hidden: number },
): void {
  const attention = `${name}.self_attn`;
  takeVector(from, to, `${name}.norm1.weight`, width);
  takeSideBySide(from, to, `${attention}.qkv`, {
    [`${attention}.q_proj`]: 1 / Math.sqrt(width / heads),
    [`${attention}.k_proj`]: 1,
    [`${attention}.v_proj`]: 1,
  }, width);
  takeLinear(from, to, `${attention}.out_proj`, width, width);
  takeVector(from, to, `${name}.norm2.weight`, width);
  const gateAndUp = from.take(`${name}.ffn.w1w3`, width, 2 * hidden);
  to.set(`${name}.ffn.w1.weight`, columnsOf(gateAndUp, 0, hidden));
  to.set(`${name}.ffn.w3.weight`, columnsOf(gateAndUp, hidden, hidden));
  to.set(`${name}.ffn.w2.weight`, asStored(from.take(`${name}.ffn.w2`, hidden, width)));
}
