/** The cache as inputs and outputs of a graph. Names are the contract with `inference/sessions.ts`. */
import type { Cache, RowShape } from "./attention.ts";
import { FLOAT, type GraphBuilder } from "./graph_builder.ts";

/** Declares the four cache inputs of a layer. */
export function cacheInputs(
  g: GraphBuilder,
  layer: number,
  heads: number,
  headSize: number,
): Cache {
  return {
    contextKeys: g.input(`context_keys_${layer}`, FLOAT, ["G", heads, headSize, "P"]),
    contextValues: g.input(`context_values_${layer}`, FLOAT, ["G", heads, "P", headSize]),
    suffixKeys: g.input(`suffix_keys_${layer}`, FLOAT, ["G", heads, "R", "S", headSize]),
    suffixValues: g.input(`suffix_values_${layer}`, FLOAT, ["G", heads, "R", "S", headSize]),
  };
}

/** Declares a layer's suffix as outputs. */
export function suffixOutputs(
  g: GraphBuilder,
  layer: number,
  keys: string,
  values: string,
  heads: number,
  headSize: number,
): void {
  g.output(`new_keys_${layer}`, keys, FLOAT, ["G", heads, "R", "E", headSize]);
  g.output(`new_values_${layer}`, values, FLOAT, ["G", heads, "R", "E", headSize]);
}

/** Positions and window of a run. */
export interface PositionInputs {
  /** Positions of the context, float `[G, P]`; padding is far in the past. */
  readonly context: string;
  /** Positions of the suffix before this run, float `[B, S]`. */
  readonly suffix: string;
  /** Tokens a query may see, float scalar. */
  readonly window: string;
}

/** Declares the position inputs of a graph. */
export function positionInputs(g: GraphBuilder): PositionInputs {
  return {
    context: g.input("context_positions", FLOAT, ["G", "P"]),
    suffix: g.input("suffix_positions", FLOAT, ["B", "S"]),
    window: g.input("window", FLOAT, []),
  };
}

/** G and T of a run as shape vectors, from a tensor `[G, P]` and one `[B, T]`. */
export function rowShape(g: GraphBuilder, context: string, tokens: string): RowShape {
  return {
    series: g.op("Shape", [context], { attributes: { start: 0, end: 1 } }),
    tokens: g.op("Shape", [tokens], { attributes: { start: 1 } }),
  };
}
