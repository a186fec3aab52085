/** The sampler inside the graph against the exact probabilities it must draw with. */
import assert from "node:assert/strict";
import { FLOAT, GraphBuilder, INT64 } from "../../src/importer/graphs/graph_builder.ts";
import { draw, gumbelNoise, samplingInputs } from "../../src/importer/graphs/sampling.ts";
import { boolean, floats, integerData, openSession } from "../../src/inference/runtime.ts";
import { fillUniform } from "../../src/kronos/noise.ts";
import { filteredProbabilities } from "../../src/kronos/sampling.ts";

interface FilteringCase {
  readonly logits: readonly number[];
  readonly temperature: number;
  readonly top_k: number;
  readonly top_p: number;
  readonly probabilities: readonly number[];
}

const CASES: readonly FilteringCase[] = JSON.parse(
  await Deno.readTextFile(
    new URL("../fixtures/parity/top_k_top_p_filtering.json", import.meta.url),
  ),
);

const DRAWS = 4000;

/**
 * Bound on the chi-square statistic over its degrees of freedom. Draws are seeded, so a pass is a pass
 * for ever; a generator or filter that is wrong by a few percent exceeds it.
 */
const CHI_SQUARE_BOUND = 2;

/** Draws `DRAWS` tokens of one distribution, each with its own noise. */
async function drawn({ logits, temperature, top_k, top_p }: FilteringCase): Promise<Int32Array> {
  const vocabulary = logits.length;
  const g = new GraphBuilder();
  const rows = g.input("logits", FLOAT, ["B", vocabulary]);
  const noise = gumbelNoise(g, g.input("uniforms", FLOAT, ["B", vocabulary]));
  g.output("tokens", draw(g, rows, noise, vocabulary, samplingInputs(g)), INT64, ["B", 1]);
  const session = await openSession(g.encode("weights"), { threads: 1 });
  const uniforms = new Float32Array(DRAWS * vocabulary);
  const all = new Float32Array(DRAWS * vocabulary);
  for (let path = 0; path < DRAWS; path++) {
    fillUniform(uniforms, path * vocabulary, vocabulary, { seed: 3, path, step: 0, token: 0 });
    all.set(logits, path * vocabulary);
  }
  const column = (value: number) => floats(new Float32Array(DRAWS).fill(value), [DRAWS, 1]);
  const { tokens } = await session.run({
    logits: floats(all, [DRAWS, vocabulary]),
    uniforms: floats(uniforms, [DRAWS, vocabulary]),
    inverse_temperature: column(1 / temperature),
    top_k: column(top_k > 0 ? top_k : vocabulary),
    top_p: column(top_k > 0 || top_p >= 1 ? 2 : top_p),
    filtered: boolean(true),
  });
  const result = integerData(tokens);
  await session.release();
  return result;
}

function assertDrawnWith(tokens: Int32Array, probabilities: ArrayLike<number>): void {
  const counts = new Float64Array(probabilities.length);
  for (const token of tokens) counts[token]++;
  let statistic = 0;
  let cells = 0;
  for (let token = 0; token < probabilities.length; token++) {
    const expected = probabilities[token] * DRAWS;
    if (expected === 0) assert.equal(counts[token], 0, `token ${token} was filtered out`);
    if (expected < 5) continue; // the chi-square approximation needs a handful in each cell
    statistic += (counts[token] - expected) ** 2 / expected;
    cells++;
  }
  assert.ok(cells > 0, "no token is likely enough to count");
  const bound = CHI_SQUARE_BOUND * Math.max(cells - 1, 1) + 6;
  assert.ok(statistic < bound, `chi-square ${statistic} over ${cells} tokens`);
}

// The runtime opens its own resources with the first session, and keeps them: before any test.
await drawn(CASES[0]);

Deno.test("the graph draws with the probabilities that the reference's filter leaves", async () => {
  for (const filtering of CASES) {
    assertDrawnWith(await drawn(filtering), filtering.probabilities);
  }
});

Deno.test("a flat distribution, wider than the partial sort, keeps its whole nucleus", async () => {
  const logits = Array.from({ length: 256 }, (_, token) => Math.sin(token) * 0.1);
  for (const [top_k, top_p] of [[0, 0.9], [100, 1], [0, 1]]) {
    const sampling = { temperature: 1, topK: top_k, topP: top_p };
    const probabilities = filteredProbabilities(Float32Array.from(logits), sampling);
    const filtering = { logits, temperature: 1, top_k, top_p, probabilities: [] };
    assertDrawnWith(await drawn(filtering), probabilities);
  }
});
