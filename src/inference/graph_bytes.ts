/**
 * The bytes of a model's graphs. Large constants are the external data of a graph: the runtime copies
 * each from there to where it is used, where those inside an ONNX file are in its memory three times
 * while it is parsed, and that memory never shrinks.
 */
import type onnxProto from "onnx-proto";

/** A constant of a graph. */
export type TensorProto = onnxProto.onnx.ITensorProto;

/** The three graphs: the bytes of their files, or open. */
export interface ReplicaGraphs<Graph> {
  /** Normalised candles to tokens. */
  readonly encoder: Graph;
  /** Tokens to tokens, in a loop over steps. */
  readonly generator: Graph;
  /** Tokens to normalised candles. */
  readonly decoder: Graph;
}

/** The two files of a graph. */
export interface GraphBytes {
  /** An ONNX file: nodes, and the constants that are small. */
  readonly structure: Uint8Array;
  /** The other constants, in a buffer of its own. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** What `structure` calls the file of the weights. */
  readonly weightsName: string;
}

/** The bytes of a constant, where they are: not copied, and little-endian. */
export function constantBytes(tensor: TensorProto, { weights }: GraphBytes): Uint8Array {
  const external = new Map(tensor.externalData?.map(({ key, value }) => [key, value]));
  if (external.size === 0) return tensor.rawData!;
  const offset = Number(external.get("offset"));
  return weights.subarray(offset, offset + Number(external.get("length")));
}
