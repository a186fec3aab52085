/**
 * The transformer as one graph: a `Loop` whose body takes T tokens a row and draws the next one.
 * Prefill is one pass with the context as tokens (only its keys and values are wanted); generation is
 * many with one token each. Both run the same nodes, so the weights are in memory once.
 */
import type { GraphBytes } from "../../inference/graph_bytes.ts";
import { GRAPH_FILES } from "../../inference/manifest.ts";
import {
  type Checkpoint,
  DEPENDENCY_HEADS,
  type ModelArchitecture,
} from "../../kronos/architecture.ts";
import { type LayerCache, type Recent, type Sight, visibilityMask } from "./attention.ts";
import { block, linear, rmsNorm, type Run } from "./block.ts";
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
import { dependencyLayer } from "./dependency_layer.ts";
import { type GeneratorShapes, generatorShapes } from "./generator_shapes.ts";
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
  readonly shapes: GeneratorShapes;
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

/** What a step of the loop sees. */
interface Step {
  /** Positions of the run's tokens up to and with this step's, float `[G, C]`. */
  readonly recentPositions: string;
  /** Of this step's tokens. */
  readonly sight: Sight;
}

function stepOf(
  b: GraphBuilder,
  { before, contextSize, pastSize, reach }: PositionInputs,
  positions: string,
  recentBefore: string,
): Step {
  const join = (axis: number, ...parts: string[]): string =>
    b.op("Concat", parts, { attributes: { axis } });
  const now = b.op("Cast", [positions], { attributes: { to: FLOAT } });
  const recentPositions = join(1, recentBefore, now);
  const recent = b.op("Shape", [recentPositions], { attributes: { start: 1 } });
  return {
    recentPositions,
    sight: {
      mask: visibilityMask(b, now, join(1, before, recentPositions), reach),
      parts: join(0, contextSize, pastSize, recent),
    },
  };
}

/** The step's tokens and times, embedded: `[B * T, d]`. */
function embedding(
  b: GraphBuilder,
  { constants: weights, time, shapes }: Outer,
  [step, s1, s2]: readonly string[],
  width: number,
): string {
  const tokens = b.op("Add", [
    b.op("Gather", [weights.embedS1, s1]),
    b.op("Gather", [weights.embedS2, s2]),
  ]); // [B, T, d]
  const now = b.op("Unsqueeze", [b.op("Gather", [time, step]), b.integers(1)]); // [G, 1, T, d]
  const sum = b.op("Add", [b.op("Reshape", [tokens, shapes.tokens]), now]);
  return b.op("Reshape", [sum, b.integers(-1, width)]);
}

/** The body: consumes the tokens carried in, draws the next, carries it out. */
function loopBody(
  g: GraphBuilder,
  architecture: ModelArchitecture,
  outer: Outer,
  carried: readonly Carried[],
): GraphBuilder {
  const { d_model: d, s1_bits } = architecture;
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
  const step = stepOf(b, outer.positions, positions, recentBefore);
  const run = {
    positions,
    sight: step.sight,
    shapes: outer.shapes.attention,
    heads: outer.shapes.heads,
    rotary: weights.rotary,
    width: d,
  };
  const embedded = embedding(b, outer, [counter, s1, s2], d);
  const { norm, grown } = transformer(b, outer, embedded, recentOf, run);
  const noiseOf = (token: number): string =>
    b.op("Gather", [
      outer.noise,
      b.op("Add", [b.op("Mul", [counter, b.integer(2)]), b.integer(token)]),
    ]);
  const last = b.op("Gather", [b.op("Reshape", [norm, outer.shapes.hidden]), b.integer(-1)], {
    attributes: { axis: 1 },
  }); // [B, d]
  const vocabulary = 2 ** s1_bits;
  const logitsS1 = linear(b, last, weights.headS1);
  const drawn1 = draw(b, logitsS1, noiseOf(0), vocabulary, outer.sampling); // [B, 1]
  const recent = recentOf(weights.blocks.length);
  const inputs = { norm, last, drawn: drawn1, recent };
  const dependency = dependencyLayer(
    b,
    weights,
    outer.shapes,
    outer.caches[weights.blocks.length],
    step.sight,
    inputs,
    d,
  );
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

/**
 * The generator graph of a model.
 *
 * @param positions rotary positions to provide for: context plus horizon
 */
export function generatorGraph(
  model: Checkpoint<ModelArchitecture>,
  positions: number,
): GraphBytes {
  const { d_model: d, s1_bits } = model.architecture;
  const heads = cacheHeads(model.architecture);
  const vocabulary = 2 ** s1_bits;
  const g = new GraphBuilder();
  const steps = g.input("steps", INT64, []);
  for (const name of ["s1", "s2"]) g.input(name, INT64, ["B", "T"]);
  g.input("positions", INT64, ["G", "T"]);
  const stamps = g.input("stamps", INT64, ["N", "G", "T", 5]);
  const uniforms = g.input("uniforms", FLOAT, ["K", "B", vocabulary]); // K = 2N
  const caches = heads.map((count, layer) => cacheInputs(g, layer, count, d / count));
  const inputs = positionInputs(g);
  const rows = rowShape(g, "positions", caches[0].pastKeys);
  const outer: Outer = {
    constants: generatorConstants(g, model, positions),
    time: timeEmbedding(g, model, stamps),
    noise: gumbelNoise(g, uniforms),
    positions: inputs,
    caches,
    sampling: samplingInputs(g),
    shapes: generatorShapes(g, model.architecture, rows, inputs.contextSize),
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
  return g.encode(GRAPH_FILES.generator.weights);
}
