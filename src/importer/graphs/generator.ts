/**
 * The transformer as one graph: a `Loop` whose body takes T tokens a row and draws the next one.
 * Prefill is one pass with the context as tokens (only its keys and values are wanted); generation is
 * many with one token each. Both run the same nodes, so the weights are in memory once.
 */
import {
  type Checkpoint,
  DEPENDENCY_HEADS,
  type ModelArchitecture,
} from "../../kronos/architecture.ts";
import {
  appended,
  attend,
  type LayerCache,
  mergeHeads,
  type Recent,
  type RowShape,
  splitHeads,
  visibilityMask,
} from "./attention.ts";
import { addAndNorm, block, linear, rmsNorm, type Run } from "./block.ts";
import {
  cacheInputs,
  type PositionInputs,
  positionInputs,
  recentOutputs,
  rowShape,
} from "./cache_inputs.ts";
import {
  type GeneratorConstants,
  generatorConstants,
  timeEmbedding,
} from "./generator_constants.ts";
import { BOOL, FLOAT, GraphBuilder, INT64 } from "./graph_builder.ts";
import { draw, gumbelNoise, type SamplingInputs, samplingInputs } from "./sampling.ts";

/** What the body of the loop reads from the graph around it. */
interface Outer {
  readonly constants: GeneratorConstants;
  /** `[N, B, T, d]`. */
  readonly time: string;
  /** Gumbel noise, `[N, B, 2, V]`. */
  readonly noise: string;
  readonly positions: PositionInputs;
  readonly caches: readonly LayerCache[];
  readonly sampling: SamplingInputs;
}

/** One value that the loop carries: where it starts, its type and shape. */
interface Carried {
  readonly start: string;
  readonly type: number;
  readonly shape: readonly (number | string)[];
}

/** Heads of each layer's cache: the transformer's, then the dependency layer's. */
function cacheHeads({ n_heads, n_layers }: ModelArchitecture): number[] {
  return [...Array<number>(n_layers).fill(n_heads), DEPENDENCY_HEADS];
}

/** Tokens and positions, then each layer's recent keys and values, which start empty. */
function carriedValues(
  g: GraphBuilder,
  architecture: ModelArchitecture,
  outer: Outer,
): Carried[] {
  const tokens = { type: INT64, shape: ["B", "T"] };
  const nothing = (like: string, axis: number): string => {
    const none = g.integers(0);
    return g.op("Slice", [like, none, none, g.integers(axis)]);
  };
  const recent = cacheHeads(architecture).flatMap((heads, layer) => {
    const start = nothing(outer.caches[layer].pastValues, 3);
    const shape = ["G", heads, "R", "C", architecture.d_model / heads];
    return [{ start, type: FLOAT, shape }, { start, type: FLOAT, shape }];
  });
  return [
    ...["s1", "s2", "positions"].map((start) => ({ start, ...tokens })),
    { start: nothing(outer.positions.suffix, 1), type: FLOAT, shape: ["B", "C"] },
    ...recent,
  ];
}

/** All blocks: the normed hidden states `[B, T, d]`, and each layer's grown keys and values. */
function transformer(
  b: GraphBuilder,
  { constants: weights, caches }: Outer,
  embedded: string,
  recentOf: (layer: number) => Recent,
  run: Run,
): { norm: string; grown: string[] } {
  let stream = embedded;
  let norm = rmsNorm(b, stream, weights.blocks[0].norm1);
  const grown: string[] = [];
  weights.blocks.forEach((constants, layer) => {
    const next = weights.blocks[layer + 1]?.norm1 ?? weights.norm;
    const result = block(b, norm, stream, constants, next, caches[layer], recentOf(layer), run);
    ({ norm, stream } = result);
    grown.push(result.recent.keys, result.recent.values);
  });
  return { norm, grown };
}

/** The body: consumes the tokens carried in, draws the next, carries it out. */
function loopBody(
  g: GraphBuilder,
  architecture: ModelArchitecture,
  outer: Outer,
  carried: readonly Carried[],
): GraphBuilder {
  const { d_model: d, n_heads, s1_bits } = architecture;
  const { constants: weights } = outer;
  const b = g.subgraph();
  const step = b.input("step", INT64, []);
  b.output("go_on", b.input("going", BOOL, []), BOOL, []);
  const [s1, s2, positions, recentBefore, ...keysAndValues] = carried.map(({ type, shape }, i) =>
    b.input(`carried_${i}`, type, shape)
  );
  const recentOf = (layer: number): Recent => ({
    keys: keysAndValues[2 * layer],
    values: keysAndValues[2 * layer + 1],
  });
  const rows = rowShape(b, outer.positions.context, s1);
  const now = b.op("Cast", [positions], { attributes: { to: FLOAT } });
  const recentPositions = b.op("Concat", [recentBefore, now], { attributes: { axis: 1 } });
  const mask = visibilityMask(
    b,
    now,
    outer.positions.context,
    b.op("Concat", [outer.positions.suffix, recentPositions], { attributes: { axis: 1 } }),
    outer.positions.window,
    rows,
  );
  const embedded = b.op("Add", [
    b.op("Add", [b.op("Gather", [weights.embedS1, s1]), b.op("Gather", [weights.embedS2, s2])]),
    b.op("Gather", [outer.time, step], { attributes: { axis: 0 } }),
  ]);
  const headSize = d / n_heads;
  const run = { rows, positions, mask, rotary: weights.rotary, heads: n_heads, headSize };
  const { norm, grown } = transformer(b, outer, embedded, recentOf, run);
  const noise = b.op("Gather", [outer.noise, step], { attributes: { axis: 0 } });
  const noiseOf = (token: number): string =>
    b.op("Gather", [noise, b.integer(token)], { attributes: { axis: 1 } });
  const last = b.op("Gather", [norm, b.integer(-1)], { attributes: { axis: 1 } }); // [B, d]
  const vocabulary = 2 ** s1_bits;
  const logitsS1 = linear(b, last, weights.headS1);
  const drawn1 = draw(b, logitsS1, noiseOf(0), vocabulary, outer.sampling); // [B, 1]
  const dependency = dependencyLayer(b, outer, {
    norm,
    last,
    drawn: drawn1,
    recent: recentOf(weights.blocks.length),
    rows,
    mask,
    width: d,
  });
  grown.push(dependency.recent.keys, dependency.recent.values);
  const logitsS2 = linear(b, dependency.hidden, weights.headS2);
  const drawn2 = draw(b, logitsS2, noiseOf(1), vocabulary, outer.sampling);
  const following = b.op("Add", [
    b.op("Gather", [positions, b.integers(-1)], { attributes: { axis: 1 } }),
    b.integer(1),
  ]);
  [drawn1, drawn2, following, recentPositions, ...grown].forEach((value, i) => {
    b.result(value, carried[i].type, carried[i].shape.map(freed));
  });
  for (const token of [drawn1, drawn2]) {
    b.result(b.op("Squeeze", [token, b.integers(1)]), INT64, ["B"]);
  }
  for (const logits of [logitsS1, logitsS2]) b.result(logits, FLOAT, ["B", vocabulary]);
  return b;
}

/** Dimensions that grow in the body get another name. */
function freed(size: number | string): number | string {
  return size === "C" ? "E" : size === "T" ? "U" : size;
}

/** What the dependency layer works on. */
interface DependencyInputs {
  /** Normed hidden states, `[B, T, d]`. */
  readonly norm: string;
  /** The last of them, `[B, d]`. */
  readonly last: string;
  /** The drawn s1, `[B, 1]`. */
  readonly drawn: string;
  readonly recent: Recent;
  readonly rows: RowShape;
  readonly mask: string;
  readonly width: number;
}

/**
 * The dependency layer as it is at inference: the query is the drawn s1, nothing is rotated, and it
 * attends to every position of the window. Returns the normed hidden state, `[B, d]`.
 */
function dependencyLayer(
  b: GraphBuilder,
  { constants: weights, caches }: Outer,
  { norm, last, drawn, recent, rows, mask, width }: DependencyInputs,
): { hidden: string; recent: Recent } {
  const heads = DEPENDENCY_HEADS;
  const headSize = width / heads;
  const headed = (x: string, shape: RowShape): string => splitHeads(b, x, shape, heads, headSize);
  const [k, v] = b.ops("Split", [linear(b, norm, weights.dependencyKeyValue)], 2, {
    attributes: { axis: -1, num_outputs: 2 },
  });
  const grown = {
    keys: appended(b, recent.keys, headed(k, rows)),
    values: appended(b, recent.values, headed(v, rows)),
  };
  const one = { series: rows.series, tokens: b.integers(1) };
  const query = headed(b.op("Gather", [weights.dependencyQueries, drawn]), one);
  const lastMask = b.op("Gather", [mask, b.integers(-1)], { attributes: { axis: 3 } });
  const attended = attend(b, query, caches[caches.length - 1], grown, lastMask, headSize);
  const mixed = mergeHeads(b, attended, one.tokens, width);
  const out = b.op("Squeeze", [linear(b, mixed, weights.dependencyOut), b.integers(1)]);
  const [hidden] = addAndNorm(b, out, last, weights.dependencyNorm);
  return { hidden, recent: grown };
}

/**
 * The generator graph of a model.
 *
 * @param positions rotary positions to provide for: context plus horizon
 */
export function generatorGraph(
  model: Checkpoint<ModelArchitecture>,
  positions: number,
): Uint8Array {
  const { d_model: d, s1_bits } = model.architecture;
  const heads = cacheHeads(model.architecture);
  const vocabulary = 2 ** s1_bits;
  const g = new GraphBuilder();
  const steps = g.input("steps", INT64, []);
  for (const name of ["s1", "s2", "positions"]) g.input(name, INT64, ["B", "T"]);
  const stamps = g.input("stamps", INT64, ["N", "B", "T", 5]);
  const uniforms = g.input("uniforms", FLOAT, ["N", "B", 2, vocabulary]);
  const outer: Outer = {
    constants: generatorConstants(g, model, positions),
    time: timeEmbedding(g, model, stamps),
    noise: gumbelNoise(g, uniforms),
    positions: positionInputs(g),
    caches: heads.map((count, layer) => cacheInputs(g, layer, count, d / count)),
    sampling: samplingInputs(g),
  };
  const carried = carriedValues(g, model.architecture, outer);
  const results = g.ops(
    "Loop",
    [steps, g.true(), ...carried.map(({ start }) => start)],
    carried.length + 4,
    { attributes: { body: loopBody(g, model.architecture, outer, carried) } },
  );
  const [, , , , ...keysAndValues] = results;
  heads.forEach((count, layer) => {
    const recent = { keys: keysAndValues[2 * layer], values: keysAndValues[2 * layer + 1] };
    recentOutputs(g, layer, recent, count, d / count);
  });
  const [drawn1, drawn2, logits1, logits2] = results.slice(carried.length);
  g.output("drawn_s1_all", drawn1, INT64, ["N", "B"]);
  g.output("drawn_s2_all", drawn2, INT64, ["N", "B"]);
  g.output("logits_s1", logits1, FLOAT, ["N", "B", vocabulary]);
  g.output("logits_s2", logits2, FLOAT, ["N", "B", vocabulary]);
  return g.encode();
}
