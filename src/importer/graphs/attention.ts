/**
 * Attention over a cache in three parts. Rows of a batch are `series x paths`. The paths of a series
 * share its context, so the context's keys and values are kept once a series and all its rows meet
 * them in one product; what a path generated is its own. Of that, the past was there before the run
 * and is not copied in it; only the recent part grows from step to step.
 *
 * Shapes: G series, R paths, T tokens of this step, P context tokens, S tokens generated before the
 * run, C tokens of the run up to and with this step, H heads of size D.
 */
import { type GraphBuilder, MICROSOFT } from "./graph_builder.ts";

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

/** Keys and values of one layer that this run computed, `[G, H, R, C, D]` each. */
export interface Recent {
  /** What the graph calls the keys. */
  readonly keys: string;
  /** What the graph calls the values. */
  readonly values: string;
}

/** What a run's rows look like, as names of int64 vectors of length 1. */
export interface RowShape {
  /** Series. */
  readonly series: string;
  /** Tokens a row. */
  readonly tokens: string;
}

/** Splits `[G * R, T, H * D]` into heads: `[G, H, R, T, D]`. */
export function splitHeads(
  g: GraphBuilder,
  x: string,
  rows: RowShape,
  heads: number,
  headSize: number,
): string {
  const shape = g.op("Concat", [
    rows.series,
    g.integers(-1),
    rows.tokens,
    g.integers(heads, headSize),
  ], { attributes: { axis: 0 } });
  const split = g.op("Reshape", [x, shape]); // [G, R, T, H, D]
  return g.op("Transpose", [split], { attributes: { perm: [0, 3, 1, 2, 4] } });
}

/** Undoes `splitHeads`: `[G, H, R, T, D]` to `[G * R, T, H * D]`. */
export function mergeHeads(g: GraphBuilder, x: string, tokens: string, width: number): string {
  const rowsFirst = g.op("Transpose", [x], { attributes: { perm: [0, 2, 3, 1, 4] } });
  const shape = g.op("Concat", [g.integers(-1), tokens, g.integers(width)], {
    attributes: { axis: 0 },
  });
  return g.op("Reshape", [rowsFirst, shape]);
}

/** Appends tokens to keys or values: `[G, H, R, n, D]` and `[G, H, R, m, D]` to `[G, H, R, n + m, D]`. */
export function appended(g: GraphBuilder, before: string, fresh: string): string {
  return g.op("Concat", [before, fresh], { attributes: { axis: 3 } });
}

/**
 * Attention of `query` over context, past and recent tokens.
 *
 * @param query `[G, H, R, T, D]`, already divided by the square root of D
 * @param recent with this step's own tokens
 * @param mask added to the scores, `[G, 1, R, T, P + S + C]`
 * @returns `[G, H, R, T, D]`
 */
export function attend(
  g: GraphBuilder,
  query: string,
  cache: LayerCache,
  recent: Recent,
  mask: string,
  headSize: number,
): string {
  const length = (scores: string, axis: number): string =>
    g.op("Shape", [scores], { attributes: { start: axis } });
  const join = (parts: string[], axis: number): string =>
    g.op("Concat", parts, { attributes: { axis } });
  const folded = g.op("Reshape", [query, g.integers(0, 0, -1, headSize)]); // [G, H, R * T, D]
  const contextScores = g.op("MatMul", [folded, cache.contextKeys]); // [G, H, R * T, P]
  const pastScores = g.op("MatMul", [query, cache.pastKeys]); // [G, H, R, T, S]
  const recentScores = g.op("FusedMatMul", [query, recent.keys], {
    domain: MICROSOFT,
    attributes: { transB: 1 },
  }); // [G, H, R, T, C]
  const context = length(contextScores, 3);
  const queryShape = g.op("Shape", [query], { attributes: { start: 0, end: 4 } });
  const unfolded = g.op("Reshape", [contextScores, join([queryShape, context], 0)], {
    attributes: { allowzero: 1 },
  });
  const scores = join([unfolded, pastScores, recentScores], -1);
  const weights = g.op("Softmax", [g.op("Add", [scores, mask])], { attributes: { axis: -1 } });
  const [contextWeights, pastWeights, recentWeights] = g.ops(
    "Split",
    [
      weights,
      join([context, length(pastScores, 4), length(recentScores, 4)], 0),
    ],
    3,
    { attributes: { axis: -1 } },
  );
  const fromContext = g.op("MatMul", [
    g.op("Reshape", [contextWeights, g.op("Shape", [contextScores])], {
      attributes: { allowzero: 1 },
    }),
    cache.contextValues,
  ]); // [G, H, R * T, D]
  const own = g.op("Add", [
    g.op("MatMul", [pastWeights, cache.pastValues]),
    g.op("MatMul", [recentWeights, recent.values]),
  ]);
  return g.op("Add", [g.op("Reshape", [fromContext, g.op("Shape", [own])]), own]);
}

/**
 * The mask of a run: 0 where a query may look, a large negative number elsewhere. A query at position
 * p sees positions q with p - window < q <= p; padding stands at positions far in the past.
 *
 * @param queries positions of this run's tokens, float `[G * R, T]`
 * @param context positions of the context, float `[G, P]`
 * @param suffix positions of past and recent tokens, float `[G * R, S + C]`
 * @param window tokens a query may see, a float scalar
 * @returns `[G, 1, R, T, P + S + C]`
 */
export function visibilityMask(
  g: GraphBuilder,
  queries: string,
  context: string,
  suffix: string,
  window: string,
  rows: RowShape,
): string {
  const join = (...parts: string[]): string => g.op("Concat", parts, { attributes: { axis: 0 } });
  const one = g.integers(1);
  const suffixSize = g.op("Shape", [suffix], { attributes: { start: 1 } });
  const contextSize = g.op("Shape", [context], { attributes: { start: 1 } });
  const own = g.op("Reshape", [suffix, join(rows.series, one, g.integers(-1), one, suffixSize)]);
  const paths = g.op("Shape", [own], { attributes: { start: 2, end: 3 } });
  const shared = g.op("Expand", [
    g.op("Reshape", [context, join(rows.series, one, one, one, contextSize)], {
      attributes: { allowzero: 1 },
    }),
    join(rows.series, one, paths, one, contextSize),
  ]);
  const keys = g.op("Concat", [shared, own], { attributes: { axis: -1 } }); // [G, 1, R, 1, P + S + C]
  const at = g.op("Reshape", [queries, join(rows.series, one, paths, rows.tokens, one)]);
  const age = g.op("Sub", [at, keys]);
  const visible = g.op("And", [
    g.op("GreaterOrEqual", [age, g.float(0)]),
    g.op("Less", [age, window]),
  ]);
  return g.op("Where", [visible, g.float(0), g.float(HIDDEN)]);
}

/** Added to the score of a hidden key: its weight underflows to exactly 0. */
const HIDDEN = -1e9;
