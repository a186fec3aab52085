/**
 * Attention over a cache in three parts. Rows of a batch are `series x paths`. The paths of a series
 * share its context, so the context's keys and values are kept once a series and all its rows meet
 * them in one product; what a path generated is its own. Of that, the past was there before the run
 * and is not copied in it; only the recent part grows from step to step.
 *
 * Shapes: G series, R paths, T tokens of this step, M = R * T, P context tokens, S tokens generated
 * before the run, C tokens of the run up to and with this step, H heads of size D. Keys stand
 * transposed everywhere: of one query and many keys the runtime computes `[1, D] x [D, C]` ten times
 * as fast as with `[C, D]` transposed.
 */
import type { GraphBuilder } from "./graph_builder.ts";

/** Keys and values of one layer. */
export interface LayerCache {
  /** Context keys, transposed: `[G, H, D, P]`. */
  readonly contextKeys: string;
  /** Context values: `[G, H, P, D]`. */
  readonly contextValues: string;
  /** Keys of the past, transposed: `[G, H, R, D, S]`. */
  readonly pastKeys: string;
  /** Values of the past: `[G, H, R, S, D]`. */
  readonly pastValues: string;
}

/** Keys and values of one layer that this run computed. */
export interface Recent {
  /** Transposed: `[G, H, R, D, C]`. */
  readonly keys: string;
  /** `[G, H, R, C, D]` */
  readonly values: string;
}

/** What a run's rows look like, as names of int64 vectors of length 1. */
export interface RowShape {
  /** Series. */
  readonly series: string;
  /** Paths of a series. */
  readonly paths: string;
  /** Tokens a row. */
  readonly tokens: string;
}

/** Shapes of the attention of a run, the same in every layer and step: int64 vectors. */
export interface AttentionShapes {
  /** `[G, any, T, D]` */
  readonly everyRow: string;
  /** `[G, H, R, T, D]` */
  readonly own: string;
  /** `[G, H, M, D]` */
  readonly shared: string;
  /** `[G, H, R, T, P]` */
  readonly contextOfRows: string;
  /** `[G, H, M, P]` */
  readonly contextOfSeries: string;
}

function joined(g: GraphBuilder, ...parts: string[]): string {
  return g.op("Concat", parts, { attributes: { axis: 0 } });
}

/**
 * The shapes that `attend` needs, for H heads of size D.
 *
 * @param context P, an int64 vector of length 1
 */
export function attentionShapes(
  g: GraphBuilder,
  { series, paths, tokens }: RowShape,
  context: string,
  heads: number,
  headSize: number,
): AttentionShapes {
  const [h, d] = [g.integers(heads), g.integers(headSize)];
  const rows = g.op("Mul", [paths, tokens]);
  return {
    everyRow: joined(g, series, g.integers(-1), tokens, d),
    own: joined(g, series, h, paths, tokens, d),
    shared: joined(g, series, h, rows, d),
    contextOfRows: joined(g, series, h, paths, tokens, context),
    contextOfSeries: joined(g, series, h, rows, context),
  };
}

/** The shape `[G, M, n, D]`, in which `splitHeads` reads a projection to n heads. */
export function headsShape(g: GraphBuilder, series: string, n: number, headSize: number): string {
  return joined(g, series, g.integers(-1, n, headSize));
}

/** A reshape in which a size may be 0: a part of the cache may be empty. */
function reshaped(g: GraphBuilder, x: string, shape: string): string {
  return g.op("Reshape", [x, shape], { attributes: { allowzero: 1 } });
}

/**
 * Splits `[G * M, n * D]` into the heads of all projections at once: `[G, n, M, D]`.
 *
 * @param shape from `headsShape`
 */
export function splitHeads(g: GraphBuilder, x: string, shape: string): string {
  return g.op("Transpose", [g.op("Reshape", [x, shape])], { attributes: { perm: [0, 2, 1, 3] } });
}

/** Undoes `splitHeads` for one projection: `[G, H, M, D]` to `[G * M, H * D]`. */
export function mergeHeads(g: GraphBuilder, x: string, width: number): string {
  const rowsFirst = g.op("Transpose", [x], { attributes: { perm: [0, 2, 1, 3] } });
  return g.op("Reshape", [rowsFirst, g.integers(-1, width)]);
}

/** The run's keys and values with this step's, of every row and head `[T, D]`; `before` is null in a run of one step. */
export function appended(
  g: GraphBuilder,
  before: Recent | null,
  keys: string,
  values: string,
  shapes: AttentionShapes,
): Recent {
  const fresh = {
    keys: g.op("Transpose", [reshaped(g, keys, shapes.own)], {
      attributes: { perm: [0, 1, 2, 4, 3] },
    }),
    values: reshaped(g, values, shapes.own),
  };
  if (before === null) return fresh;
  return {
    keys: g.op("Concat", [before.keys, fresh.keys], { attributes: { axis: 4 } }),
    values: g.op("Concat", [before.values, fresh.values], { attributes: { axis: 3 } }),
  };
}

/**
 * Attention of `query` over context, past and recent tokens.
 *
 * @param query `[G, H, M, D]`, already divided by the square root of D
 * @param recent with this step's own tokens
 * @returns `[G, H, M, D]`
 */
export function attend(
  g: GraphBuilder,
  query: string,
  cache: LayerCache,
  recent: Recent,
  { mask, parts }: Sight,
  shapes: AttentionShapes,
): string {
  const own = reshaped(g, query, shapes.own);
  const contextScores = g.op("MatMul", [query, cache.contextKeys]); // [G, H, M, P]
  const scores = g.op("Concat", [
    reshaped(g, contextScores, shapes.contextOfRows),
    g.op("MatMul", [own, cache.pastKeys]), // [G, H, R, T, S]
    g.op("MatMul", [own, recent.keys]), // [G, H, R, T, C]
  ], { attributes: { axis: -1 } });
  const weights = g.op("Softmax", [g.op("Add", [scores, mask])], { attributes: { axis: -1 } });
  const [contextWeights, pastWeights, recentWeights] = g.ops("Split", [weights, parts], 3, {
    attributes: { axis: -1 },
  });
  const fromContext = g.op("MatMul", [
    reshaped(g, contextWeights, shapes.contextOfSeries),
    cache.contextValues,
  ]); // [G, H, M, D]
  const fromOwn = g.op("Add", [
    g.op("MatMul", [pastWeights, cache.pastValues]),
    g.op("MatMul", [recentWeights, recent.values]),
  ]); // [G, H, R, T, D]
  return g.op("Add", [fromContext, reshaped(g, fromOwn, shapes.shared)]);
}

/** What the queries of a step see. */
export interface Sight {
  /** Added to the scores, `[G, 1, 1, T, P + S + C]`. */
  readonly mask: string;
  /** P, S and C, an int64 vector. */
  readonly parts: string;
}

/** How far back a query sees: of 0 <= age < window, the middle and half the width; float scalars. */
export interface Reach {
  /** (window - 1) / 2 */
  readonly middle: string;
  /** window / 2 */
  readonly half: string;
}

/** The reach of a window of that many tokens, a float scalar. */
export function reachOf(g: GraphBuilder, window: string): Reach {
  const half = g.op("Mul", [window, g.float(0.5)]);
  return { half, middle: g.op("Sub", [half, g.float(0.5)]) };
}

/**
 * The mask of a step: 0 where a query may look, a large negative number elsewhere. A query at position
 * p sees positions q with p - window < q <= p; padding stands at positions far in the past. The paths
 * of a series stand at the same positions. Float32 holds all of these exactly.
 *
 * @param queries positions of this step's tokens, float `[G, T]`
 * @param keys positions of context, past and recent tokens, float `[G, P + S + C]`
 * @returns `[G, 1, 1, T, P + S + C]`
 */
export function visibilityMask(
  g: GraphBuilder,
  queries: string,
  keys: string,
  { middle, half }: Reach,
): string {
  const at = g.op("Unsqueeze", [g.op("Sub", [queries, middle]), g.integers(1, 2, 4)]);
  const age = g.op("Sub", [at, g.op("Unsqueeze", [keys, g.integers(1, 2, 3)])]);
  const visible = g.op("Less", [g.op("Abs", [age]), half]);
  return g.op("Where", [visible, g.float(0), g.float(HIDDEN)]);
}

/** Added to the score of a hidden key: its weight underflows to exactly 0. */
const HIDDEN = -1e9;
