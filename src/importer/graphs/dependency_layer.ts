/** The layer between the tokens of a step: the drawn s1 attends to the hidden states, for the s2. */
import {
  appended,
  attend,
  type LayerCache,
  mergeHeads,
  type Recent,
  type Sight,
  splitHeads,
} from "./attention.ts";
import { addLinearAndNorm, linear } from "./block.ts";
import type { GeneratorConstants } from "./generator_constants.ts";
import type { GeneratorShapes } from "./generator_shapes.ts";
import type { GraphBuilder } from "./graph_builder.ts";

/** What the dependency layer works on. */
export interface DependencyInputs {
  /** Normed hidden states, `[B * T, d]`. */
  readonly norm: string;
  /** The last of each row, `[B, d]`. */
  readonly last: string;
  /** The drawn s1, `[B, 1]`. */
  readonly drawn: string;
  /** What earlier steps of this run computed. */
  readonly recent: Recent;
}

/**
 * The dependency layer as it is at inference: the query is the drawn s1, nothing is rotated, and it
 * attends to every position of the window. Returns the normed hidden state, `[B, d]`.
 */
export function dependencyLayer(
  b: GraphBuilder,
  weights: GeneratorConstants,
  shapes: GeneratorShapes,
  cache: LayerCache,
  { mask, parts }: Sight,
  { norm, last, drawn, recent }: DependencyInputs,
  width: number,
): { hidden: string; recent: Recent } {
  const keysAndValues = linear(b, norm, weights.dependencyKeyValue);
  const [keys, values] = b.ops("Split", [splitHeads(b, keysAndValues, shapes.dependencyHeads)], 2, {
    attributes: { axis: 1, num_outputs: 2 },
  });
  const grown = appended(b, recent, keys, values, shapes.dependency);
  const drawnQueries = b.op("Gather", [weights.dependencyQueries, drawn]);
  const query = splitHeads(b, drawnQueries, shapes.dependencyQueryHeads);
  const sight = {
    mask: b.op("Gather", [mask, b.integers(-1)], { attributes: { axis: 3 } }),
    parts,
  };
  const attended = attend(b, query, cache, grown, sight, shapes.dependencyQuery);
  const mixed = mergeHeads(b, attended, width);
  const { dependencyOut, dependencyNorm } = weights;
  const [hidden] = addLinearAndNorm(b, mixed, dependencyOut, last, dependencyNorm);
  return { hidden, recent: grown };
}
