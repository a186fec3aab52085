/** Drawing a token inside the graph: temperature, top_k or top_p, Gumbel-max. */
import { BOOL, FLOAT, type GraphBuilder, INT64 } from "./graph_builder.ts";

/** Inputs of the graph that say how to draw, one row each. */
export interface SamplingInputs {
  /** 1 / temperature, float `[B, 1]`. */
  readonly inverseTemperature: string;
  /** Tokens to keep, float `[B, 1]`; the vocabulary's size or more keeps all. */
  readonly topK: string;
  /** Mass to keep, float `[B, 1]`; above 1 keeps all. */
  readonly topP: string;
  /** Whether any row keeps fewer than all tokens, bool scalar: sorting is skipped where none does. */
  readonly filtered: string;
}

/** Declares the sampling inputs of a graph. */
export function samplingInputs(g: GraphBuilder): SamplingInputs {
  return {
    inverseTemperature: g.input("inverse_temperature", FLOAT, ["B", 1]),
    topK: g.input("top_k", FLOAT, ["B", 1]),
    topP: g.input("top_p", FLOAT, ["B", 1]),
    filtered: g.input("filtered", BOOL, []),
  };
}

/** Standard Gumbel noise from uniform numbers of (0, 1). */
export function gumbelNoise(g: GraphBuilder, uniforms: string): string {
  const exponential = g.op("Neg", [g.op("Log", [uniforms])]);
  return g.op("Neg", [g.op("Log", [exponential])]);
}

/** Most nuclei are smaller: only where one is not are all tokens sorted. */
const FEW_TOKENS = 64;

/** Each row's probabilities in descending order, as many as the largest kept set of the batch needs. */
function sortedProbabilities(
  g: GraphBuilder,
  probabilities: string,
  vocabulary: number,
  inputs: SamplingInputs,
): string {
  const largest = (b: GraphBuilder, count: number): string =>
    b.ops("TopK", [probabilities, b.integers(count)], 2, {
      attributes: { axis: -1, largest: 1, sorted: 1 },
    })[0];
  if (vocabulary <= FEW_TOKENS) return largest(g, vocabulary);
  const few = largest(g, FEW_TOKENS);
  const mass = g.op("Gather", [g.op("CumSum", [few, g.integer(1)]), g.integers(-1)], {
    attributes: { axis: 1 },
  });
  const enough = g.op("Or", [
    g.op("Greater", [mass, inputs.topP]),
    g.op("LessOrEqual", [inputs.topK, g.float(FEW_TOKENS)]),
  ]);
  const rows = g.op("Cast", [enough], { attributes: { to: FLOAT } });
  const all = g.op("Cast", [g.op("ReduceMin", [rows], { attributes: { keepdims: 0 } })], {
    attributes: { to: BOOL },
  });
  const some = g.subgraph();
  some.output(`${few}_few`, few, FLOAT, ["B", "K"]);
  const every = g.subgraph();
  every.result(largest(every, vocabulary), FLOAT, ["B", "K"]);
  return g.op("If", [all], { attributes: { then_branch: some, else_branch: every } });
}

/**
 * The smallest kept probability of each row, `[B, 1]`. A token stays while the mass before it, in
 * descending order, is at most top_p and its rank is below top_k; so the token that crosses top_p
 * stays, and so do ties with the last one kept.
 */
function threshold(g: GraphBuilder, sorted: string, inputs: SamplingInputs): string {
  const before = g.op("CumSum", [sorted, g.integer(1)], { attributes: { exclusive: 1 } });
  const inMass = g.op("Cast", [g.op("LessOrEqual", [before, inputs.topP])], {
    attributes: { to: FLOAT },
  });
  const inNucleus = g.op("ReduceSum", [inMass, g.integers(1)], { attributes: { keepdims: 1 } });
  const kept = g.op("Max", [g.op("Min", [inNucleus, inputs.topK]), g.float(1)]);
  const last = g.op("Cast", [g.op("Sub", [kept, g.float(1)])], { attributes: { to: INT64 } });
  return g.op("GatherElements", [sorted, last], { attributes: { axis: 1 } });
}

/**
 * Draws one token a row.
 *
 * @param logits `[B, V]`
 * @param noise Gumbel noise, `[B, V]`
 * @returns int64 `[B, 1]`
 */
export function draw(
  g: GraphBuilder,
  logits: string,
  noise: string,
  vocabulary: number,
  inputs: SamplingInputs,
): string {
  const scaled = g.op("Mul", [logits, inputs.inverseTemperature]);
  const noisy = g.op("Add", [scaled, noise]);
  const best = (b: GraphBuilder, candidates: string): string =>
    b.op("ArgMax", [candidates], { attributes: { axis: -1, keepdims: 1 } });
  const some = g.subgraph();
  const probabilities = some.op("Softmax", [scaled], { attributes: { axis: -1 } });
  const sorted = sortedProbabilities(some, probabilities, vocabulary, inputs);
  const kept = some.op("GreaterOrEqual", [probabilities, threshold(some, sorted, inputs)]);
  const candidates = some.op("Where", [kept, noisy, some.float(-Infinity)]);
  some.result(best(some, candidates), INT64, ["B", 1]);
  const all = g.subgraph();
  all.result(best(all, noisy), INT64, ["B", 1]);
  return g.op("If", [inputs.filtered], { attributes: { then_branch: some, else_branch: all } });
}
