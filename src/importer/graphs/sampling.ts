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
  /** Whether any row keeps fewer than all tokens, bool scalar: nothing is looked at where none does. */
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

/**
 * Whether the tokens `drawn`, int64 `[B, 1]`, are kept: the mass of the likelier ones is at most top_p
 * and their number below top_k. So the token that crosses top_p stays, and so do ties with it.
 *
 * @returns bool `[B, 1]`, and which tokens are likelier, bool `[B, V]`
 */
function kept(
  g: GraphBuilder,
  probabilities: string,
  drawn: string,
  { topP, topK }: SamplingInputs,
): { kept: string; likelier: string } {
  const sum = (x: string): string =>
    g.op("ReduceSum", [x, g.integers(1)], { attributes: { keepdims: 1 } });
  const own = g.op("GatherElements", [probabilities, drawn], { attributes: { axis: 1 } });
  const likelier = g.op("Greater", [probabilities, own]);
  const each = g.op("Cast", [likelier], { attributes: { to: FLOAT } });
  const inMass = g.op("LessOrEqual", [sum(g.op("Mul", [each, probabilities])), topP]);
  return { kept: g.op("And", [inMass, g.op("Less", [sum(each), topK])]), likelier };
}

function best(g: GraphBuilder, candidates: string): string {
  return g.op("ArgMax", [candidates], { attributes: { axis: -1, keepdims: 1 } });
}

/**
 * The draw among the tokens that top_k or top_p keeps, without sorting: a token that is drawn and not
 * kept takes with it all that are no likelier, since none of them is kept either, and the best of the
 * others is next. It is the best of the kept ones when the first of those comes up, as sorting would
 * find; three turns do for most batches.
 */
function drawFiltered(
  g: GraphBuilder,
  scaled: string,
  noisy: string,
  vocabulary: number,
  inputs: SamplingInputs,
): string {
  const probabilities = g.op("Softmax", [scaled], { attributes: { axis: -1 } });
  const body = g.subgraph();
  body.input("turn", INT64, []);
  body.input("again", BOOL, []);
  const candidates = body.input("candidates", FLOAT, ["B", vocabulary]);
  const drawn = best(body, candidates);
  const verdict = kept(body, probabilities, drawn, inputs);
  const each = body.op("Cast", [verdict.kept], { attributes: { to: FLOAT } });
  const every = body.op("ReduceMin", [each], { attributes: { keepdims: 0 } });
  body.result(body.op("Less", [every, body.float(1)]), BOOL, []);
  const stay = body.op("Or", [verdict.likelier, verdict.kept]);
  const left = body.op("Where", [stay, candidates, body.float(-Infinity)]);
  body.result(left, FLOAT, ["B", vocabulary]);
  const [last] = g.ops("Loop", [g.integer(vocabulary), g.true(), noisy], 1, {
    attributes: { body },
  });
  return best(g, last);
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
  const some = g.subgraph();
  some.result(drawFiltered(some, scaled, noisy, vocabulary, inputs), INT64, ["B", 1]);
  const all = g.subgraph();
  all.result(best(all, noisy), INT64, ["B", 1]);
  return g.op("If", [inputs.filtered], { attributes: { then_branch: some, else_branch: all } });
}
