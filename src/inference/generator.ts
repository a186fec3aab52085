/** Runs of the generator graph: prefill, chunks over the cache, and windows computed anew. */
import { TIME_FEATURES } from "../kronos/architecture.ts";
import { fillUniform, type TokenKind } from "../kronos/noise.ts";
import type { BatchMemory } from "./batch_memory.ts";
import type { SeriesInput } from "./engine.ts";
import {
  cacheFeeds,
  cacheOutputs,
  type ContextCache,
  contextFrom,
  freeCacheOutputs,
  type LayerShape,
  noCacheFeeds,
  noContext,
} from "./key_value_cache.ts";
import {
  boolean,
  type Feeds,
  floats,
  integerData,
  integers,
  type Session,
  type Tensor,
} from "./runtime.ts";
import { inputLength, type Series, stampsAt, tokenAt, type Tokens } from "./series.ts";

/** The generator and the sizes its runs need. */
export interface GeneratorGraph {
  /** `generator.onnx`, loaded. */
  readonly session: Session;
  /** V: tokens of s1, as many as of s2. */
  readonly vocabulary: number;
  /** Tokens a query may see. */
  readonly window: number;
  /** The transformer's layers, then the dependency layer. */
  readonly layers: readonly LayerShape[];
  /** For the inputs of its runs over several series. */
  readonly memory: BatchMemory;
}

/** A number of (0, 1) for draws that cannot matter: one candidate, or a result nobody reads. */
const UNUSED_UNIFORM = 0.5;

/** From here on only the likeliest token is drawn; the product with a logit stays finite in float32. */
const MAX_INVERSE_TEMPERATURE = 1e30;

/** Sampling inputs: one row for each path of each series. */
function samplingFeeds(inputs: readonly SeriesInput[], vocabulary: number): Feeds {
  const rows = inputs.flatMap(({ sampling, paths }) =>
    Array<typeof sampling>(paths).fill(sampling)
  );
  const column = (value: (row: SeriesInput["sampling"]) => number) =>
    floats(Float32Array.from(rows, value), [rows.length, 1]);
  const keepsAll = ({ topK, topP }: SeriesInput["sampling"]): boolean =>
    topK > 0 ? topK >= vocabulary : topP >= 1;
  return {
    inverse_temperature: column(({ temperature }) =>
      Math.min(1 / temperature, MAX_INVERSE_TEMPERATURE)
    ),
    top_k: column(({ topK }) => topK > 0 ? Math.min(topK, vocabulary) : vocabulary),
    // Above 1: rounding may carry the whole mass past 1, and top_k switches top_p off.
    top_p: column(({ topK, topP }) => topK > 0 || topP >= 1 ? 2 : topP),
    filtered: boolean(!rows.every(keepsAll)),
  };
}

/** One path of a series at a step. */
interface Row {
  readonly input: SeriesInput;
  readonly path: number;
}

/** Uniform numbers for `steps` steps from `first`, `[2 * steps, rows, vocabulary]`: s1 and s2 in turn. */
function uniforms(
  rows: readonly Row[],
  first: number,
  steps: number,
  { vocabulary, memory }: GeneratorGraph,
): Tensor {
  const out = memory.take("uniforms", 2 * steps * rows.length * vocabulary);
  let at = 0;
  for (let step = first; step < first + steps; step++) {
    for (const token of [0, 1] as TokenKind[]) {
      for (const { input: { seed, sampling, firstPath = 0 }, path } of rows) {
        if (sampling.topK === 1) out.fill(UNUSED_UNIFORM, at, at + vocabulary);
        else fillUniform(out, at, vocabulary, { seed, path: firstPath + path, step, token });
        at += vocabulary;
      }
    }
  }
  return floats(out, [2 * steps, rows.length, vocabulary]);
}

/** The cache of a series' context: every token but the last, which the first step takes. */
export async function generatorContext(
  graph: GeneratorGraph,
  input: SeriesInput,
  context: Tokens,
): Promise<ContextCache> {
  const { session, layers, vocabulary, window } = graph;
  const length = context.s1.length - 1;
  if (length === 0) return noContext(layers);
  const first = inputLength(input) - context.s1.length;
  const stamps = input.stamps.subarray(first * TIME_FEATURES, (first + length) * TIME_FEATURES);
  const outputs = await session.run({
    steps: integers([1], []),
    s1: integers(context.s1.subarray(0, length), [1, length]),
    s2: integers(context.s2.subarray(0, length), [1, length]),
    positions: integers(Array.from({ length }, (_, position) => position), [1, length]),
    stamps: integers(stamps, [1, 1, length, TIME_FEATURES]),
    uniforms: floats(new Float32Array(2 * vocabulary).fill(UNUSED_UNIFORM), [2, 1, vocabulary]),
    window: floats(Float32Array.of(window), []),
    ...samplingFeeds([{ ...input, paths: 1, sampling: ANY_TOKEN }], vocabulary),
    ...noCacheFeeds(layers),
  }, cacheOutputs(layers));
  return contextFrom(outputs, layers, length);
}

/** The sampling of a prefill, whose drawn token nobody reads. */
const ANY_TOKEN = { temperature: 1, topK: 0, topP: 1 };

/** Stamps of single-token steps, `[steps, series, 1, 5]`; zeros past a horizon. */
function stepStamps(batch: readonly Series[], steps: number): Int32Array {
  const out = new Int32Array(steps * batch.length * TIME_FEATURES);
  let at = 0;
  for (let step = 0; step < steps; step++) {
    for (const series of batch) {
      out.set(stampsAt(series, series.context.s1.length - 1 + series.step + step, 1), at);
      at += TIME_FEATURES;
    }
  }
  return out;
}

/**
 * Generates `steps` tokens for every path of series at the same step, over their caches. A series with
 * a nearer horizon goes along and what exceeds it is dropped: if it ended the run, its neighbours'
 * sums would be cut elsewhere than alone.
 *
 * The series' `generated`, `step` and cache move on.
 */
export async function generate(
  graph: GeneratorGraph,
  batch: readonly Series[],
  steps: number,
): Promise<void> {
  const { session, layers, vocabulary, window, memory } = graph;
  const { step, input: { paths } } = batch[0];
  const rows = batch.flatMap((series) =>
    Array.from({ length: paths }, (_, path) => ({ series, input: series.input, path }))
  );
  const at = (series: Series): number => series.context.s1.length - 1 + step;
  const current = (half: keyof Tokens) =>
    integers(
      rows.map(({ series, path }) => tokenAt(series, half, path, at(series))),
      [rows.length, 1],
    );
  const suffixPositions = Float32Array.from(
    batch.flatMap((series) => Array.from({ length: step }, (_, s) => at(series) - step + s)),
  );
  const outputs = await session.run({
    steps: integers([steps], []),
    s1: current("s1"),
    s2: current("s2"),
    positions: integers(batch.map(at), [batch.length, 1]),
    stamps: integers(stepStamps(batch, steps), [steps, batch.length, 1, TIME_FEATURES]),
    uniforms: uniforms(rows, step, steps, graph),
    suffix_positions: floats(suffixPositions, [batch.length, step]),
    window: floats(Float32Array.of(window), []),
    ...samplingFeeds(batch.map(({ input }) => input), vocabulary),
    ...cacheFeeds(
      layers,
      batch.map(({ generator }) => generator.context),
      batch.map(({ generator }) => generator.suffix),
      paths,
      memory,
    ),
  }, ["drawn_s1_all", "drawn_s2_all", ...cacheOutputs(layers)]);
  for (const half of ["s1", "s2"] as const) {
    const drawn = integerData(outputs[`drawn_${half}_all`]); // [steps, rows]
    rows.forEach(({ series, path }, r) => {
      const wanted = Math.min(steps, series.input.horizon - step);
      for (let s = 0; s < wanted; s++) {
        series.generated[half][path * series.input.horizon + step + s] = drawn[s * rows.length + r];
      }
    });
  }
  batch.forEach((series, i) => {
    series.step = Math.min(step + steps, series.input.horizon);
    if (series.step < series.input.horizon) series.generator.suffix.append(outputs, i, steps);
  });
  freeCacheOutputs(outputs, layers);
}

/**
 * One step of a series whose window slides: each path's last tokens are computed anew, as the
 * reference does.
 */
export async function generateSliding(graph: GeneratorGraph, series: Series): Promise<void> {
  const { session, layers, vocabulary, window } = graph;
  const { input, step } = series;
  const first = series.context.s1.length + step - window;
  const positions = Array.from({ length: window }, (_, position) => position);
  for (let path = 0; path < input.paths; path++) {
    const tokens = (half: keyof Tokens) =>
      integers(positions.map((p) => tokenAt(series, half, path, first + p)), [1, window]);
    const outputs = await session.run({
      steps: integers([1], []),
      s1: tokens("s1"),
      s2: tokens("s2"),
      positions: integers(positions, [1, window]),
      stamps: integers(stampsAt(series, first, window), [1, 1, window, TIME_FEATURES]),
      uniforms: uniforms([{ input, path }], step, 1, graph),
      window: floats(Float32Array.of(window), []),
      ...samplingFeeds([{ ...input, paths: 1 }], vocabulary),
      ...noCacheFeeds(layers),
    }, ["drawn_s1_all", "drawn_s2_all"]);
    series.generated.s1[path * input.horizon + step] = integerData(outputs["drawn_s1_all"])[0];
    series.generated.s2[path * input.horizon + step] = integerData(outputs["drawn_s2_all"])[0];
  }
  series.step += 1;
}
