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
import { appended, attend, type Cache, splitHeads, visibilityMask } from "./attention.ts";
import { addAndNorm, block, linear, rmsNorm } from "./block.ts";
import {
  cacheInputs,
  type PositionInputs,
  positionInputs,
  rowShape,
  suffixOutputs,
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
  readonly caches: readonly Cache[];
  readonly sampling: SamplingInputs;
}

/** One value that the loop carries: its name outside, its type and shape. */
interface Carried {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly (number | string)[];
}

function carriedValues(architecture: ModelArchitecture, outer: Outer): Carried[] {
  const { d_model: d, n_heads, n_layers } = architecture;
  const tokens = { type: INT64, shape: ["B", "T"] };
  const suffixes = outer.caches.flatMap((cache, layer) => {
    const heads = layer < n_layers ? n_heads : DEPENDENCY_HEADS;
    const shape = ["G", heads, "R", "S", d / heads];
    return [cache.suffixKeys, cache.suffixValues].map((name) => ({ name, type: FLOAT, shape }));
  });
  return [
    { name: "s1", ...tokens },
    { name: "s2", ...tokens },
    { name: "positions", ...tokens },
    { name: outer.positions.suffix, type: FLOAT, shape: ["B", "S"] },
    ...suffixes,
  ];
}

/** The body: consumes the tokens carried in, draws the next, carries it out. */
function loopBody(g: GraphBuilder, architecture: ModelArchitecture, outer: Outer): GraphBuilder {
  const { d_model: d, n_heads, s1_bits } = architecture;
  const { constants: weights, caches } = outer;
  const b = g.subgraph();
  const step = b.input("step", INT64, []);
  b.output("go_on", b.input("going", BOOL, []), BOOL, []);
  const carried = carriedValues(architecture, outer);
  const inner = carried.map(({ name, type, shape }) => b.input(`body_${name}`, type, shape));
  const [s1, s2, positions, suffixBefore, ...suffixes] = inner;
  const rows = rowShape(b, outer.positions.context, s1);
  const now = b.op("Cast", [positions], { attributes: { to: FLOAT } });
  const suffix = b.op("Concat", [suffixBefore, now], { attributes: { axis: 1 } });
  const mask = visibilityMask(
    b,
    now,
    outer.positions.context,
    suffix,
    outer.positions.window,
    rows,
  );
  const headSize = d / n_heads;
  const run = { rows, positions, mask, rotary: weights.rotary, heads: n_heads, headSize };
  let stream = b.op("Add", [
    b.op("Add", [b.op("Gather", [weights.embedS1, s1]), b.op("Gather", [weights.embedS2, s2])]),
    b.op("Gather", [outer.time, step], { attributes: { axis: 0 } }),
  ]);
  let norm = rmsNorm(b, stream, weights.blocks[0].norm1);
  const grown: string[] = [];
  weights.blocks.forEach((blockWeights, layer) => {
    const cache = {
      ...caches[layer],
      suffixKeys: suffixes[2 * layer],
      suffixValues: suffixes[2 * layer + 1],
    };
    const next = weights.blocks[layer + 1]?.norm1 ?? weights.norm;
    const result = block(b, norm, stream, blockWeights, next, cache, run);
    ({ norm, stream } = result);
    grown.push(result.keys, result.values);
  });
  const noise = b.op("Gather", [outer.noise, step], { attributes: { axis: 0 } });
  const noiseOf = (token: number): string =>
    b.op("Gather", [noise, b.integer(token)], { attributes: { axis: 1 } });
  const last = b.op("Gather", [norm, b.integer(-1)], { attributes: { axis: 1 } }); // [B, d]
  const vocabulary = 2 ** s1_bits;
  const logitsS1 = linear(b, last, weights.headS1);
  const drawn1 = draw(b, logitsS1, noiseOf(0), vocabulary, outer.sampling); // [B, 1]
  const dependency = dependencyLayer(b, norm, last, drawn1, outer, suffixes, rows, mask, d);
  grown.push(dependency.keys, dependency.values);
  const logitsS2 = linear(b, dependency.hidden, weights.headS2);
  const drawn2 = draw(b, logitsS2, noiseOf(1), vocabulary, outer.sampling);
  const following = b.op("Add", [
    b.op("Gather", [positions, b.integers(-1)], { attributes: { axis: 1 } }),
    b.integer(1),
  ]);
  [drawn1, drawn2, following, suffix, ...grown].forEach((value, i) => {
    b.output(`next_${carried[i].name}`, value, carried[i].type, carried[i].shape.map(freed));
  });
  for (const [name, token] of [["s1", drawn1], ["s2", drawn2]]) {
    b.output(`drawn_${name}`, b.op("Squeeze", [token, b.integers(1)]), INT64, ["B"]);
  }
  for (const [name, logits] of [["s1", logitsS1], ["s2", logitsS2]]) {
    b.output(`scored_${name}`, logits, FLOAT, ["B", vocabulary]);
  }
  return b;
}

/** Dimensions that grow in the body get another name. */
function freed(size: number | string): number | string {
  return size === "S" ? "E" : size === "T" ? "U" : size;
}

/**
 * The dependency layer as it is at inference: the query is the drawn s1, nothing is rotated, and it
 * attends to every position of the window. Returns the normed hidden state, `[B, d]`.
 */
function dependencyLayer(
  b: GraphBuilder,
  norm: string,
  last: string,
  drawn: string,
  { constants: weights, caches }: Outer,
  suffixes: readonly string[],
  rows: { series: string; tokens: string },
  mask: string,
  width: number,
): { hidden: string; keys: string; values: string } {
  const heads = DEPENDENCY_HEADS;
  const headSize = width / heads;
  const [suffixKeys, suffixValues] = suffixes.slice(-2);
  const [k, v] = b.ops("Split", [linear(b, norm, weights.dependencyKeyValue)], 2, {
    attributes: { axis: -1, num_outputs: 2 },
  });
  const keys = appended(b, suffixKeys, splitHeads(b, k, rows, heads, headSize));
  const values = appended(b, suffixValues, splitHeads(b, v, rows, heads, headSize));
  const one = { series: rows.series, tokens: b.integers(1) };
  const query = splitHeads(
    b,
    b.op("Gather", [weights.dependencyQueries, drawn]),
    one,
    heads,
    headSize,
  );
  const lastMask = b.op("Gather", [mask, b.integers(-1)], { attributes: { axis: 3 } });
  const cache = { ...caches[caches.length - 1], suffixKeys: keys, suffixValues: values };
  const mixed = attend(b, query, cache, lastMask, one.tokens, heads, headSize);
  const out = b.op("Squeeze", [linear(b, mixed, weights.dependencyOut), b.integers(1)]);
  const [hidden] = addAndNorm(b, out, last, weights.dependencyNorm);
  return { hidden, keys, values };
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
  const { d_model: d, n_heads, n_layers, s1_bits } = model.architecture;
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
    caches: Array.from({ length: n_layers + 1 }, (_, layer) => {
      const heads = layer < n_layers ? n_heads : DEPENDENCY_HEADS;
      return cacheInputs(g, layer, heads, d / heads);
    }),
    sampling: samplingInputs(g),
  };
  const carried = carriedValues(model.architecture, outer);
  const results = g.ops(
    "Loop",
    [steps, g.true(), ...carried.map(({ name }) => name)],
    carried.length + 4,
    { attributes: { body: loopBody(g, model.architecture, outer) } },
  );
  const suffixes = results.slice(4, carried.length);
  outer.caches.forEach((_, layer) => {
    const heads = layer < n_layers ? n_heads : DEPENDENCY_HEADS;
    suffixOutputs(g, layer, suffixes[2 * layer], suffixes[2 * layer + 1], heads, d / heads);
  });
  const [drawn1, drawn2, logits1, logits2] = results.slice(carried.length);
  g.output("drawn_s1_all", drawn1, INT64, ["N", "B"]);
  g.output("drawn_s2_all", drawn2, INT64, ["N", "B"]);
  g.output("logits_s1", logits1, FLOAT, ["N", "B", vocabulary]);
  g.output("logits_s2", logits2, FLOAT, ["N", "B", vocabulary]);
  return g.encode();
}
