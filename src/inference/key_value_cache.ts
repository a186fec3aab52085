/**
 * Keys and values of one series, layer by layer. The context's part is padded to a length that
 * depends on the series alone: a series computes the same sums in the same order whatever else is in
 * its batch, and series of near lengths fit one batch.
 */
import { BatchMemory } from "./batch_memory.ts";
import { assertFinite } from "./replica_fault.ts";
import { type Feeds, floatData, floats, freeArrays, type Tensor } from "./runtime.ts";

/** Contexts are padded to a multiple of this many tokens: more wastes work, less splits batches. */
const CONTEXT_BUCKET_TOKENS = 32;

/** Where padding stands: further in the past than any window reaches. */
const PADDING_POSITION = -1e7;

/** Heads and head size of a layer. */
export interface LayerShape {
  /** H. */
  readonly heads: number;
  /** D. */
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

/** P of a context of that many tokens. */
export function paddedLength(tokens: number): number {
  return Math.ceil(tokens / CONTEXT_BUCKET_TOKENS) * CONTEXT_BUCKET_TOKENS;
}

/** An empty context. */
export function noContext(layers: readonly LayerShape[]): ContextCache {
  const none = layers.map(() => new Float32Array(0));
  return { length: 0, positions: new Float32Array(0), keys: none, values: none };
}

/** Puts `count` values after each row of `rows` rows of `width`, in place; the last row moves first. */
function widenRows(
  kept: Float32Array,
  rows: number,
  width: number,
  fresh: Float32Array,
  count: number,
): void {
  const wider = width + count;
  for (let row = rows - 1; row >= 0; row--) {
    if (row > 0) kept.copyWithin(row * wider, row * width, (row + 1) * width);
    const [to, from] = [row * wider + width, row * count];
    for (let i = 0; i < count; i++) kept[to + i] = fresh[from + i];
  }
}

/** What the paths of a series generated: keys and values as the graphs want them. */
export class SuffixCache {
  readonly #layers: readonly LayerShape[];
  readonly #paths: number;
  readonly #keys: Float32Array[];
  readonly #values: Float32Array[];
  #length = 0;

  /** Takes the memory for `capacity` tokens of every path at once; nothing is kept yet. */
  constructor(layers: readonly LayerShape[], paths: number, capacity: number) {
    this.#layers = layers;
    this.#paths = paths;
    const empty = (): Float32Array[] =>
      layers.map(({ heads, headSize }) => new Float32Array(heads * paths * headSize * capacity));
    this.#keys = empty();
    this.#values = empty();
  }

  /** Gives its memory back; it is not to be used any more. */
  free(): void {
    freeArrays([...this.#keys, ...this.#values]);
  }

  /** Tokens so far. */
  get length(): number {
    return this.#length;
  }

  /** Keys of a layer, `[H, R, D, S]`. */
  keys(layer: number): Float32Array {
    return this.#keys[layer].subarray(0, this.#length * this.#rowSize(layer));
  }

  /** Values of a layer, `[H, R, S, D]`. */
  values(layer: number): Float32Array {
    return this.#values[layer].subarray(0, this.#length * this.#rowSize(layer));
  }

  /** Values of one token of all paths and heads. */
  #rowSize(layer: number): number {
    const { heads, headSize } = this.#layers[layer];
    return heads * this.#paths * headSize;
  }

  /** Appends what a run of `steps` tokens computed for the series at `index` of its batch. */
  append(outputs: Readonly<Record<string, Tensor>>, index: number, steps: number): void {
    this.#layers.forEach(({ heads, headSize }, layer) => {
      const size = this.#rowSize(layer) * steps;
      const part = (name: string): Float32Array =>
        floatData(outputs[`${name}_${layer}`]).subarray(index * size, (index + 1) * size);
      const rows = heads * this.#paths;
      widenRows(this.#keys[layer], rows * headSize, this.#length, part("new_keys"), steps);
      widenRows(
        this.#values[layer],
        rows,
        this.#length * headSize,
        part("new_values"),
        steps * headSize,
      );
    });
    this.#length += steps;
  }
}

/** `[rows, width]` to `[rows, padded]`. */
function paddedRows(
  data: Float32Array,
  rows: number,
  width: number,
  padded: number,
): Float32Array {
  const out = new Float32Array(rows * padded);
  for (let row = 0; row < rows; row++) {
    out.set(data.subarray(row * width, (row + 1) * width), row * padded);
  }
  return out;
}

/**
 * The context that a prefill of `tokens` tokens left in its outputs, whose cache is freed.
 *
 * @throws ReplicaFault where it is not finite
 */
export function contextFrom(
  outputs: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
  tokens: number,
): ContextCache {
  const length = paddedLength(tokens);
  // What is not finite in any layer reaches the last.
  assertFinite(floatData(outputs[`new_values_${layers.length - 1}`]), "context");
  const positions = new Float32Array(length).fill(PADDING_POSITION);
  for (let t = 0; t < tokens; t++) positions[t] = t;
  const context = {
    length,
    positions,
    keys: layers.map(({ heads, headSize }, i) =>
      paddedRows(floatData(outputs[`new_keys_${i}`]), heads * headSize, tokens, length)
    ),
    values: layers.map(({ heads, headSize }, i) =>
      paddedRows(
        floatData(outputs[`new_values_${i}`]),
        heads,
        tokens * headSize,
        length * headSize,
      )
    ),
  };
  freeCacheOutputs(outputs, layers);
  return context;
}

/** Gives the memory of a context back; it is not to be used any more. */
export function freeContext({ positions, keys, values }: ContextCache): void {
  freeArrays([positions, ...keys, ...values]);
}

/**
 * The cache inputs of a run over several series of equal shape, in `memory`: they hold until its next
 * batch.
 */
export function cacheFeeds(
  layers: readonly LayerShape[],
  contexts: readonly ContextCache[],
  suffixes: readonly SuffixCache[],
  paths: number,
  memory: BatchMemory,
): Feeds {
  const series = contexts.length;
  const { length } = contexts[0];
  const steps = suffixes[0].length;
  const stand = memory.holds(contexts) && series > 1;
  const context = (name: string, of: (one: ContextCache) => Float32Array): Float32Array =>
    stand
      ? memory.take(name, series * of(contexts[0]).length)
      : memory.joined(name, contexts.map(of));
  const suffix = (name: string, of: (one: SuffixCache) => Float32Array): Float32Array =>
    memory.joined(name, suffixes.map(of));
  const positions = "context_positions";
  const feeds: Feeds = {
    [positions]: floats(context(positions, (c) => c.positions), [series, length]),
  };
  layers.forEach(({ heads, headSize }, i) => {
    const input = (name: string, data: Float32Array, ...shape: number[]): void => {
      feeds[name] = floats(data, [series, heads, ...shape]);
    };
    const [keys, values] = [`context_keys_${i}`, `context_values_${i}`];
    input(keys, context(keys, (c) => c.keys[i]), headSize, length);
    input(values, context(values, (c) => c.values[i]), length, headSize);
    const [ownKeys, ownValues] = [`suffix_keys_${i}`, `suffix_values_${i}`];
    input(ownKeys, suffix(ownKeys, (s) => s.keys(i)), paths, headSize, steps);
    input(ownValues, suffix(ownValues, (s) => s.values(i)), paths, steps, headSize);
  });
  return feeds;
}

/** The cache inputs of a run that computes everything anew, one series with one path. */
export function noCacheFeeds(layers: readonly LayerShape[]): Feeds {
  return {
    suffix_positions: floats(new Float32Array(0), [1, 0]),
    ...cacheFeeds(
      layers,
      [noContext(layers)],
      [new SuffixCache(layers, 1, 0)],
      1,
      new BatchMemory(),
    ),
  };
}

/** Gives back the new cache of a run, which its series have appended. */
export function freeCacheOutputs(
  outputs: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
): void {
  freeArrays(cacheOutputs(layers).map((name) => floatData(outputs[name])));
}

/** Names of the outputs that hold the new cache. */
export function cacheOutputs(layers: readonly LayerShape[]): string[] {
  return layers.flatMap((_, layer) => [`new_keys_${layer}`, `new_values_${layer}`]);
}
