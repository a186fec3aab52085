/** The three ONNX graphs that the engine runs, from a model and its tokenizer. */
import type {
  Checkpoint,
  ModelArchitecture,
  TokenizerArchitecture,
} from "../kronos/architecture.ts";
import type { GraphBytes, ReplicaGraphs } from "../inference/graph_bytes.ts";
import { generatorGraph } from "./graphs/generator.ts";
import { decoderGraph, encoderGraph } from "./graphs/tokenizer.ts";

export { ONNX_IR_VERSION, ONNX_OPSET } from "./graphs/graph_builder.ts";

/** How far the graphs must reach. */
export interface GraphLimits {
  /** Tokens the model attends to. */
  readonly maxContext: number;
  /** Steps a forecast may have. */
  readonly maxHorizon: number;
  /** Candles an input may have. */
  readonly maxInput: number;
}

/** Writes the graphs of a checkpoint that has been checked. */
export function buildGraphs(
  model: Checkpoint<ModelArchitecture>,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  limits: GraphLimits,
): ReplicaGraphs<GraphBytes> {
  const positions = limits.maxContext + limits.maxHorizon;
  return {
    encoder: encoderGraph(tokenizer, limits.maxInput),
    generator: generatorGraph(model, positions),
    decoder: decoderGraph(tokenizer, positions),
  };
}
