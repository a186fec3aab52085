/** The cache as inputs and outputs of a graph. Names are the contract with `inference/key_value_cache.ts`. */
import type { LayerCache, Recent, RowShape } from "./attention.ts";
import { FLOAT, type GraphBuilder } from "./graph_builder.ts";

/**
 * Declares the four cache inputs of a layer. What was generated comes in with time as the second axis,
 * so that its keeper appends by writing at the end; it is brought into order here, once a run.
 */
export function cacheInputs(
  g: GraphBuilder,
  layer: number,
  heads: number,
  headSize: number,
): LayerCache {
  const suffix = ["G", "S", heads, "R", headSize];
  const ordered = (name: string, perm: number[]): string =>
    g.op("Transpose", [g.input(name, FLOAT, suffix)], { attributes: { perm } });
  return {
    contextKeys: g.input(`context_keys_${layer}`, FLOAT, ["G", heads, headSize, "P"]),
    contextValues: g.input(`context_values_${layer}`, FLOAT, ["G", heads, "P", headSize]),
    pastKeys: ordered(`suffix_keys_${layer}`, [0, 2, 3, 4, 1]),
    pastValues: ordered(`suffix_values_${layer}`, [0, 2, 3, 1, 4]),
  };
}

/** Declares what a run added to a layer's cache as outputs, time as the second axis. */
export function recentOutputs(
  g: GraphBuilder,
  layer: number,
  recent: Recent,
  heads: number,
  headSize: number,
): void {
  for (const part of ["keys", "values"] as const) {
    const timeFirst = g.op("Transpose", [recent[part]], { attributes: { perm: [0, 3, 1, 2, 4] } });
    g.output(`new_${part}_${layer}`, timeFirst, FLOAT, ["G", "C", heads, "R", headSize]);
  }
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
