/** Runs of the tokenizer's decoder: tokens back to candles. */
import { FEATURES } from "../kronos/architecture.ts";
import type { BatchMemory } from "./batch_memory.ts";
import {
  cacheFeeds,
  cacheOutputs,
  type ContextCache,
  contextFrom,
  freeCacheOutputs,
  type LayerShape,
  noCacheFeeds,
} from "./key_value_cache.ts";
import { floatData, floats, integers, type Session } from "./runtime.ts";
import { type Series, tokenAt, type Tokens } from "./series.ts";

/** The decoder and the sizes its runs need. */
export interface DecoderGraph {
  /** `decoder.onnx`, loaded. */
  readonly session: Session;
  /** Tokens a query may see. */
  readonly window: number;
  /** Of the tokenizer's decoder, the first that runs first. */
  readonly layers: readonly LayerShape[];
  /** For the inputs of its runs over several series. */
  readonly memory: BatchMemory;
}

/** What decoding a context leaves behind. */
export interface DecodedContext {
  /** The cache of all of its tokens. */
  readonly cache: ContextCache;
  /** The candle of its last token, normalised, `[6]`. */
  readonly lastCandle: Float32Array;
}

/** Decodes a series' context, all of its tokens. */
export async function decoderContext(
  { session, layers, window }: DecoderGraph,
  context: Tokens,
): Promise<DecodedContext> {
  const { length } = context.s1;
  const outputs = await session.run({
    s1: integers(context.s1, [1, length]),
    s2: integers(context.s2, [1, length]),
    positions: integers(Array.from({ length }, (_, position) => position), [1, length]),
    window: floats(Float32Array.of(window), []),
    wanted: integers([1], [1]),
    ...noCacheFeeds(layers),
  }, [...cacheOutputs(layers), "candles"]);
  return {
    cache: contextFrom(outputs, layers, length),
    lastCandle: floatData(outputs["candles"]),
  };
}

/**
 * Candles of the tokens from `firstStep` on, for each series `[paths, n, 6]` where n is `width` or
 * what is left to its horizon. The run is `width` tokens wide in any case, so that its sums do not
 * depend on a neighbour's horizon. The series' decoder cache moves on.
 */
export async function decodeCandles(
  { session, layers, window, memory }: DecoderGraph,
  batch: readonly Series[],
  firstStep: number,
  width: number,
): Promise<Float32Array[]> {
  const { paths } = batch[0].input;
  const rows = batch.flatMap((series) =>
    Array.from({ length: paths }, (_, path) => ({ series, path }))
  );
  const newest = Array.from({ length: width }, (_, s) => firstStep + s);
  const tokens = (half: keyof Tokens) =>
    integers(
      rows.flatMap(({ series, path }) =>
        newest.map((step) =>
          step < series.input.horizon
            ? tokenAt(series, half, path, series.context[half].length + step)
            : 0
        )
      ),
      [rows.length, width],
    );
  const positions = batch.flatMap((series) =>
    newest.map((step) => series.context.s1.length + step)
  );
  const before = Float32Array.from(
    batch.flatMap((series) =>
      Array.from({ length: firstStep }, (_, step) => series.context.s1.length + step)
    ),
  );
  const outputs = await session.run({
    s1: tokens("s1"),
    s2: tokens("s2"),
    positions: integers(positions, [batch.length, width]),
    suffix_positions: floats(before, [batch.length, firstStep]),
    window: floats(Float32Array.of(window), []),
    wanted: integers([width], [1]),
    ...cacheFeeds(
      layers,
      batch.map(({ decoder }) => decoder.context),
      batch.map(({ decoder }) => decoder.suffix),
      paths,
      memory,
    ),
  }, ["candles", ...cacheOutputs(layers)]);
  const candles = floatData(outputs["candles"]); // [series, paths, width, 6]
  const answers = batch.map((series, i) => {
    const steps = Math.min(width, series.input.horizon - firstStep);
    if (series.step < series.input.horizon) series.decoder.suffix.append(outputs, i, width);
    const own = new Float32Array(paths * steps * FEATURES);
    for (let path = 0; path < paths; path++) {
      const from = (i * paths + path) * width * FEATURES;
      own.set(candles.subarray(from, from + steps * FEATURES), path * steps * FEATURES);
    }
    return own;
  });
  freeCacheOutputs(outputs, layers);
  return answers;
}

/**
 * Candles of a whole horizon, decoded over the last tokens of input and forecast alone, as the
 * reference does: `[paths, horizon, 6]`.
 */
export async function decodeWindow(
  { session, layers, window }: DecoderGraph,
  series: Series,
): Promise<Float32Array> {
  const { paths, horizon } = series.input;
  const total = series.context.s1.length + horizon;
  const length = Math.min(window, total);
  const positions = Array.from({ length }, (_, position) => position);
  const out = new Float32Array(paths * horizon * FEATURES);
  for (let path = 0; path < paths; path++) {
    const tokens = (half: keyof Tokens) =>
      integers(positions.map((p) => tokenAt(series, half, path, total - length + p)), [1, length]);
    const { candles } = await session.run({
      s1: tokens("s1"),
      s2: tokens("s2"),
      positions: integers(positions, [1, length]),
      window: floats(Float32Array.of(window), []),
      wanted: integers([horizon], [1]),
      ...noCacheFeeds(layers),
    }, ["candles"]);
    out.set(floatData(candles), path * horizon * FEATURES);
  }
  return out;
}
