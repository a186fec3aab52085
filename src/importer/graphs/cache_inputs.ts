/** The cache as inputs and outputs of a graph. Names are the contract with `inference/key_value_cache.ts`. */
import { type LayerCache, type Reach, reachOf, type Recent, type RowShape } from "./attention.ts";
import { FLOAT, type GraphBuilder } from "./graph_builder.ts";

/** Declares the four cache inputs of a layer. */
export function cacheInputs(
  g: GraphBuilder,
  layer: number,
  heads: number,
  headSize: number,
): LayerCache {
  const input = (name: string, ...shape: (number | string)[]): string =>
    g.input(`${name}_${layer}`, FLOAT, ["G", heads, ...shape]);
  return {
    contextKeys: input("context_keys", headSize, "P"),
    contextValues: input("context_values", "P", headSize),
    pastKeys: input("suffix_keys", "R", headSize, "S"),
    pastValues: input("suffix_values", "R", "S", headSize),
  };
}

/** Declares what a run added to a layer's cache, computed by a node of this graph, as outputs. */
export function recentOutputs(
  g: GraphBuilder,
  layer: number,
  recent: Recent,
  heads: number,
  headSize: number,
): void {
  g.output(`new_keys_${layer}`, recent.keys, FLOAT, ["G", heads, "R", headSize, "C"]);
  g.output(`new_values_${layer}`, recent.values, FLOAT, ["G", heads, "R", "C", headSize]);
}

/** Positions and window of a run: equal for all paths of a series. */
export interface PositionInputs {
  /** Of context and suffix before this run, float `[G, P + S]`; padding is far in the past. */
  readonly before: string;
  /** P, an int64 vector of length 1. */
  readonly contextSize: string;
  /** S, an int64 vector of length 1. */
  readonly pastSize: string;
  /** How far back a query sees. */
  readonly reach: Reach;
}

/** Declares the position inputs of a graph. */
export function positionInputs(g: GraphBuilder): PositionInputs {
  const context = g.input("context_positions", FLOAT, ["G", "P"]);
  const suffix = g.input("suffix_positions", FLOAT, ["G", "S"]);
  const size = (x: string): string => g.op("Shape", [x], { attributes: { start: 1 } });
  return {
    before: g.op("Concat", [context, suffix], { attributes: { axis: 1 } }),
    contextSize: size(context),
    pastSize: size(suffix),
    reach: reachOf(g, g.input("window", FLOAT, [])),
  };
}

/**
 * G, R and T of a run as shape vectors.
 *
 * @param positions `[G, T]`
 * @param keys a tensor with R as its third size
 */
export function rowShape(g: GraphBuilder, positions: string, keys: string): RowShape {
  return {
    series: g.op("Shape", [positions], { attributes: { start: 0, end: 1 } }),
    paths: g.op("Shape", [keys], { attributes: { start: 2, end: 3 } }),
    tokens: g.op("Shape", [positions], { attributes: { start: 1 } }),
  };
}
