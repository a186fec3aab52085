/**
 * Keys and values of one series, layer by layer. The context's part is padded to a length that
 * depends on the series alone: a series computes the same sums in the same order whatever else is in
 * its batch, and series of near lengths fit one batch.
 */
import { type Feeds, floatData, floats, type Tensor } from "./runtime.ts";

/** Contexts are padded to a multiple of this many tokens: more wastes work, less splits batches. */
const CONTEXT_BUCKET_TOKENS = 32;

/** Where padding stands: further in the past than any window reaches. */
const PADDING_POSITION = -1e7;

/** Heads and head size of a layer. */
export interface LayerShape {
  readonly heads: number;
  readonly headSize: number;
}

/** What all paths of a series share. */
export interface ContextCache {
  /** P: tokens with padding. */
  readonly length: number;
  /** `[P]`. */
  readonly positions: Float32Array;
  /** Each `[H, D, P]`. */
  readonly keys: readonly Float32Array[];
  /** Each `[H, P, D]`. */
  readonly values: readonly Float32Array[];
}

/** What the paths of a series generated. */
export interface SuffixCache {
  /** Tokens so far. */
  readonly length: number;
  /** Each `[H, R, S, D]`. */
  readonly keys: readonly Float32Array[];
  /** Each `[H, R, S, D]`. */
  readonly values: readonly Float32Array[];
}

/** P of a context of that many tokens. */
export function paddedLength(tokens: number): number {
  return Math.ceil(tokens / CONTEXT_BUCKET_TOKENS) * CONTEXT_BUCKET_TOKENS;
}

/** An empty context. */
export function noContext(layers: readonly LayerShape[]): ContextCache {
  const none = layers.map(() => new Float32Array(0));
  return { length: 0, positions: new Float32Array(0), keys: none, values: none };
}

/** An empty suffix. */
export function noSuffix(layers: readonly LayerShape[]): SuffixCache {
  const none = layers.map(() => new Float32Array(0));
  return { length: 0, keys: none, values: none };
}

/** `[H, tokens, D]` to `[H, D, padded]`. */
function paddedKeys(
  keys: Float32Array,
  { heads, headSize }: LayerShape,
  tokens: number,
  padded: number,
): Float32Array {
  const out = new Float32Array(heads * headSize * padded);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < tokens; t++) {
      const from = (h * tokens + t) * headSize;
      const to = h * headSize * padded + t;
      for (let d = 0; d < headSize; d++) out[to + d * padded] = keys[from + d];
    }
  }
  return out;
}

/** `[H, tokens, D]` to `[H, padded, D]`. */
function paddedValues(
  values: Float32Array,
  { heads, headSize }: LayerShape,
  tokens: number,
  padded: number,
): Float32Array {
  const out = new Float32Array(heads * padded * headSize);
  const size = tokens * headSize;
  for (let h = 0; h < heads; h++) {
    out.set(values.subarray(h * size, (h + 1) * size), h * padded * headSize);
  }
  return out;
}

/** The context that a prefill of `tokens` tokens left in its outputs. */
export function contextFrom(
  outputs: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
  tokens: number,
): ContextCache {
  const length = paddedLength(tokens);
  const positions = new Float32Array(length).fill(PADDING_POSITION);
  for (let t = 0; t < tokens; t++) positions[t] = t;
  return {
    length,
    positions,
    keys: layers.map((layer, i) =>
      paddedKeys(floatData(outputs[`new_keys_${i}`]), layer, tokens, length)
    ),
    values: layers.map((layer, i) =>
      paddedValues(floatData(outputs[`new_values_${i}`]), layer, tokens, length)
    ),
  };
}

function stacked(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const out = new Float32Array(parts.length * parts[0].length);
  parts.forEach((part, i) => out.set(part, i * part.length));
  return out;
}

/** The cache inputs of a run over several series of equal shape. */
export function cacheFeeds(
  layers: readonly LayerShape[],
  contexts: readonly ContextCache[],
  suffixes: readonly SuffixCache[],
  paths: number,
): Feeds {
  const series = contexts.length;
  const { length } = contexts[0];
  const steps = suffixes[0].length;
  const feeds: Feeds = {
    context_positions: floats(stacked(contexts.map((c) => c.positions)), [series, length]),
  };
  layers.forEach(({ heads, headSize }, i) => {
    const suffixShape = [series, heads, paths, steps, headSize];
    feeds[`context_keys_${i}`] = floats(
      stacked(contexts.map((c) => c.keys[i])),
      [series, heads, headSize, length],
    );
    feeds[`context_values_${i}`] = floats(
      stacked(contexts.map((c) => c.values[i])),
      [series, heads, length, headSize],
    );
    feeds[`suffix_keys_${i}`] = floats(stacked(suffixes.map((s) => s.keys[i])), suffixShape);
    feeds[`suffix_values_${i}`] = floats(stacked(suffixes.map((s) => s.values[i])), suffixShape);
  });
  return feeds;
}

/** Each series' suffix from the outputs of a run. */
export function suffixesFrom(
  outputs: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
  series: number,
): SuffixCache[] {
  const length = layers.length === 0 ? 0 : outputs["new_keys_0"].dims[3];
  const part = (name: string, index: number): Float32Array => {
    const data = floatData(outputs[name]);
    const size = data.length / series;
    return data.subarray(index * size, (index + 1) * size);
  };
  return Array.from({ length: series }, (_, index) => ({
    length,
    keys: layers.map((_, layer) => part(`new_keys_${layer}`, index)),
    values: layers.map((_, layer) => part(`new_values_${layer}`, index)),
  }));
}

/** Names of the outputs that hold the new cache. */
export function cacheOutputs(layers: readonly LayerShape[]): string[] {
  return layers.flatMap((_, layer) => [`new_keys_${layer}`, `new_values_${layer}`]);
}
