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
  type AttentionShapes,
  attentionShapes,
  type LayerCache,
  mergeHeads,
  type Recent,
  type RowShape,
  splitHeads,
  visibilityMask,
} from "./attention.ts";
import { addLinearAndNorm, block, linear, rmsNorm, type Run } from "./block.ts";
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
  /** `[N, G, T, d]` */
  readonly time: string;
  /** Gumbel noise of the step's s1, of its s2, of the next step's s1, ..., `[2N, B, V]`. */
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
  const nothing = (like: string, axis: number): string => {
    const none = g.integers(0);
    return g.op("Slice", [like, none, none, g.integers(axis)]);
  };
  const recent = cacheHeads(architecture).flatMap((heads, layer): Carried[] => {
    const { pastKeys, pastValues } = outer.caches[layer];
    const size = architecture.d_model / heads;
    return [
      { start: nothing(pastKeys, 4), type: FLOAT, shape: ["G", heads, "R", size, "C"] },
      { start: nothing(pastValues, 3), type: FLOAT, shape: ["G", heads, "R", "C", size] },
    ];
  });
  return [
    { start: "s1", type: INT64, shape: ["B", "T"] },
    { start: "s2", type: INT64, shape: ["B", "T"] },
    { start: "positions", type: INT64, shape: ["G", "T"] },
    { start: nothing(outer.positions.before, 1), type: FLOAT, shape: ["G", "C"] },
    ...recent,
  ];
}

/** All blocks: the normed hidden states `[B * T, d]`, and each layer's grown keys and values. */
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

/** What a step of the loop works on. */
interface Step {
  readonly rows: RowShape;
  /** Positions of this step's tokens, int64 `[G, T]`. */
  readonly positions: string;
  /** Positions of the run's tokens up to and with this step's, float `[G, C]`. */
  readonly recentPositions: string;
  /** `[G, 1, 1, T, P + S + C]` */
  readonly mask: string;
  /** Shapes of the attention of queries that are the step's tokens, or others a row. */
  shapes(heads: number, tokens?: string): AttentionShapes;
}

/** Who sees whom in a step, and the shapes that follow. */
function stepOf(
  b: GraphBuilder,
  architecture: ModelArchitecture,
  { positions: { before, contextSize, pastSize, window }, caches }: Outer,
  positions: string,
  recentBefore: string,
): Step {
  const rows = rowShape(b, positions, caches[0].pastKeys);
  const now = b.op("Cast", [positions], { attributes: { to: FLOAT } });
  const recentPositions = b.op("Concat", [recentBefore, now], { attributes: { axis: 1 } });
  const keys = b.op("Concat", [before, recentPositions], { attributes: { axis: 1 } });
  const recent = b.op("Shape", [recentPositions], { attributes: { start: 1 } });
  const parts = { context: contextSize, past: pastSize, recent };
  return {
    rows,
    positions,
    recentPositions,
    mask: visibilityMask(b, now, keys, window),
    shapes: (heads, tokens = rows.tokens) =>
      attentionShapes(b, { ...rows, tokens }, parts, heads, architecture.d_model / heads),
  };
}

/** The step's tokens and times, embedded: `[B * T, d]`. */
function embedding(
  b: GraphBuilder,
  { constants: weights, time }: Outer,
  { rows }: Step,
  [step, s1, s2]: readonly string[],
  width: number,
): string {
  const tokens = b.op("Add", [
    b.op("Gather", [weights.embedS1, s1]),
    b.op("Gather", [weights.embedS2, s2]),
  ]); // [B, T, d]
  const shape = b.op("Concat", [rows.series, rows.paths, rows.tokens, b.integers(width)], {
    attributes: { axis: 0 },
  });
  const now = b.op("Unsqueeze", [b.op("Gather", [time, step]), b.integers(1)]); // [G, 1, T, d]
  const sum = b.op("Add", [b.op("Reshape", [tokens, shape]), now]);
  return b.op("Reshape", [sum, b.integers(-1, width)]);
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
  const counter = b.input("step", INT64, []);
  b.output("go_on", b.input("going", BOOL, []), BOOL, []);
  const [s1, s2, positions, recentBefore, ...keysAndValues] = carried.map(({ type, shape }, i) =>
    b.input(`carried_${i}`, type, shape)
  );
  const recentOf = (layer: number): Recent => ({
    keys: keysAndValues[2 * layer],
    values: keysAndValues[2 * layer + 1],
  });
  const step = stepOf(b, architecture, outer, positions, recentBefore);
  const run = {
    series: step.rows.series,
    positions,
    mask: step.mask,
    shapes: step.shapes(n_heads),
    rotary: weights.rotary,
    heads: n_heads,
    headSize: d / n_heads,
  };
  const embedded = embedding(b, outer, step, [counter, s1, s2], d);
  const { norm, grown } = transformer(b, outer, embedded, recentOf, run);
  const noiseOf = (token: number): string =>
    b.op("Gather", [
      outer.noise,
      b.op("Add", [b.op("Mul", [counter, b.integer(2)]), b.integer(token)]),
    ]);
  const rowsOfTokens = b.op("Concat", [b.integers(-1), step.rows.tokens, b.integers(d)], {
    attributes: { axis: 0 },
  });
  const last = b.op("Gather", [b.op("Reshape", [norm, rowsOfTokens]), b.integer(-1)], {
    attributes: { axis: 1 },
  }); // [B, d]
  const vocabulary = 2 ** s1_bits;
  const logitsS1 = linear(b, last, weights.headS1);
  const drawn1 = draw(b, logitsS1, noiseOf(0), vocabulary, outer.sampling); // [B, 1]
  const recent = recentOf(weights.blocks.length);
  const dependency = dependencyLayer(b, outer, step, { norm, last, drawn: drawn1, recent }, d);
  grown.push(dependency.recent.keys, dependency.recent.values);
  const logitsS2 = linear(b, dependency.hidden, weights.headS2);
  const drawn2 = draw(b, logitsS2, noiseOf(1), vocabulary, outer.sampling);
  const following = b.op("Add", [
    b.op("Gather", [positions, b.integers(-1)], { attributes: { axis: 1 } }),
    b.integer(1),
  ]);
  [drawn1, drawn2, following, step.recentPositions, ...grown].forEach((value, i) => {
    b.result(value, carried[i].type, carried[i].shape.map(freed));
  });
  for (const token of [drawn1, drawn2]) {
    b.result(b.op("Squeeze", [token, b.integers(1)]), INT64, ["B"]);
  }
  return b;
}

/** Dimensions that grow in the body get another name. */
function freed(size: number | string): number | string {
  return size === "C" ? "E" : size === "T" ? "U" : size;
}

/** What the dependency layer works on. */
interface DependencyInputs {
  /** Normed hidden states, `[B * T, d]`. */
  readonly norm: string;
  /** The last of each row, `[B, d]`. */
  readonly last: string;
  /** The drawn s1, `[B, 1]`. */
  readonly drawn: string;
  readonly recent: Recent;
}

/**
 * The dependency layer as it is at inference: the query is the drawn s1, nothing is rotated, and it
 * attends to every position of the window. Returns the normed hidden state, `[B, d]`.
 */
function dependencyLayer(
  b: GraphBuilder,
  { constants: weights, caches }: Outer,
  step: Step,
  { norm, last, drawn, recent }: DependencyInputs,
  width: number,
): { hidden: string; recent: Recent } {
  const heads = DEPENDENCY_HEADS;
  const headSize = width / heads;
  const headed = (x: string, n: number): string => splitHeads(b, x, step.rows.series, n, headSize);
  const [keys, values] = b.ops(
    "Split",
    [headed(linear(b, norm, weights.dependencyKeyValue), 2 * heads)],
    2,
    { attributes: { axis: 1, num_outputs: 2 } },
  );
  const grown = appended(b, recent, keys, values, step.shapes(heads));
  const query = headed(b.op("Gather", [weights.dependencyQueries, drawn]), heads);
  const lastMask = b.op("Gather", [step.mask, b.integers(-1)], { attributes: { axis: 3 } });
  const shapes = step.shapes(heads, b.integers(1));
  const attended = attend(b, query, caches[caches.length - 1], grown, lastMask, shapes);
  const mixed = mergeHeads(b, attended, width);
  const { dependencyOut, dependencyNorm } = weights;
  const [hidden] = addLinearAndNorm(b, mixed, dependencyOut, last, dependencyNorm);
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
  for (const name of ["s1", "s2"]) g.input(name, INT64, ["B", "T"]);
  g.input("positions", INT64, ["G", "T"]);
  const stamps = g.input("stamps", INT64, ["N", "G", "T", 5]);
  const uniforms = g.input("uniforms", FLOAT, ["K", "B", vocabulary]); // K = 2N
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
    carried.length + 2,
    { attributes: { body: loopBody(g, model.architecture, outer, carried) } },
  );
  const [, , , , ...keysAndValues] = results;
  heads.forEach((count, layer) => {
    const recent = { keys: keysAndValues[2 * layer], values: keysAndValues[2 * layer + 1] };
    recentOutputs(g, layer, recent, count, d / count);
  });
  const [drawn1, drawn2] = results.slice(carried.length);
  g.output("drawn_s1_all", drawn1, INT64, ["N", "B"]);
  g.output("drawn_s2_all", drawn2, INT64, ["N", "B"]);
  return g.encode();
}
