/** Shapes of a generator's run. A run has one token a row in every step, or one step: no step changes them. */
import { DEPENDENCY_HEADS, type ModelArchitecture } from "../../kronos/architecture.ts";
import { type AttentionShapes, attentionShapes, headsShape, type RowShape } from "./attention.ts";
import type { GraphBuilder } from "./graph_builder.ts";

/** Int64 vectors. */
export interface GeneratorShapes {
  /** `[G, R, T, d]` */
  readonly tokens: string;
  /** `[B, T, d]` */
  readonly hidden: string;
  /** Of the blocks. */
  readonly attention: AttentionShapes;
  /** `[G, M, 3H, D]`, of the blocks. */
  readonly heads: string;
  /** Of the dependency layer's keys and values, one a token. */
  readonly dependency: AttentionShapes;
  /** Of its queries, one a row. */
  readonly dependencyQuery: AttentionShapes;
  /** `[G, M, 2H, D]`, of its keys and values. */
  readonly dependencyHeads: string;
  /** `[G, R, H, D]`, of its queries. */
  readonly dependencyQueryHeads: string;
}

/** The shapes of a run over those rows; `context` is P. */
export function generatorShapes(
  g: GraphBuilder,
  { d_model: d, n_heads }: ModelArchitecture,
  rows: RowShape,
  context: string,
): GeneratorShapes {
  const { series, paths, tokens } = rows;
  const join = (...sizes: string[]): string => g.op("Concat", sizes, { attributes: { axis: 0 } });
  const oneEach = { ...rows, tokens: g.integers(1) };
  const [count, size] = [DEPENDENCY_HEADS, d / DEPENDENCY_HEADS];
  return {
    tokens: join(series, paths, tokens, g.integers(d)),
    hidden: join(g.integers(-1), tokens, g.integers(d)),
    attention: attentionShapes(g, rows, context, n_heads, d / n_heads),
    heads: headsShape(g, series, 3 * n_heads, d / n_heads),
    dependency: attentionShapes(g, rows, context, count, size),
    dependencyQuery: attentionShapes(g, oneEach, context, count, size),
    dependencyHeads: headsShape(g, series, 2 * count, size),
    dependencyQueryHeads: headsShape(g, series, count, size),
  };
}
