/** One series between prefill and its last step: its tokens, its cache and how far it is. */
import { FEATURES, TIME_FEATURES } from "../kronos/architecture.ts";
import type { SeriesInput } from "./engine.ts";
import { type ContextCache, freeContext, type SuffixCache } from "./key_value_cache.ts";

/** Tokens of both vocabularies, in time order. */
export interface Tokens {
  /** The coarse halves. */
  readonly s1: Int32Array;
  /** The fine halves, as many. */
  readonly s2: Int32Array;
}

/** A context and what was generated after it. */
export interface Cached {
  /** Shared by all paths. */
  readonly context: ContextCache;
  /** Grows by a chunk at each call. */
  readonly suffix: SuffixCache;
}

/** The state of a series on its replica. */
export interface Series {
  /** Names the series in calls to its replica. */
  readonly handle: number;
  /** As the scheduler gave it. */
  readonly input: SeriesInput;
  /** The last tokens of the input, at most the window. */
  readonly context: Tokens;
  /** Generated tokens, `[paths, horizon]` each. */
  readonly generated: Tokens;
  /** Series with equal cohorts may share a run while they are at the same step. */
  readonly cohort: string;
  /** Whether it outgrows the window under the `exact` policy. */
  readonly slides: boolean;
  /** The transformer's cache, the dependency layer's with it. */
  readonly generator: Cached;
  /** The tokenizer's decoder's cache. */
  readonly decoder: Cached;
  /** Steps generated so far. */
  step: number;
}

/** Gives the memory of a series' cache back; it is not to be used any more. */
export function freeSeries({ generator, decoder }: Series): void {
  for (const { context, suffix } of [generator, decoder]) {
    freeContext(context);
    suffix.free();
  }
}

/** Candles of an input. */
export function inputLength(input: SeriesInput): number {
  return input.features.length / FEATURES;
}

/**
 * Time features of consecutive tokens, `[count, 5]`.
 *
 * @param position of the first token, counted from the start of the context
 */
export function stampsAt(series: Series, position: number, count: number): Int32Array {
  const first = inputLength(series.input) - series.context.s1.length + position;
  return series.input.stamps.subarray(first * TIME_FEATURES, (first + count) * TIME_FEATURES);
}

/** The token of a path at a position counted from the start of the context. */
export function tokenAt(
  series: Series,
  half: keyof Tokens,
  path: number,
  position: number,
): number {
  const known = series.context[half];
  if (position < known.length) return known[position];
  return series.generated[half][path * series.input.horizon + position - known.length];
}
