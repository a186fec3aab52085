import assert from "node:assert/strict";
import { openTinyReplica, tinySeries } from "./tiny_replica.ts";
import type { SeriesInput } from "../../src/inference/engine.ts";

const replica = await openTinyReplica();

Deno.test("the smallest temperatures draw the likeliest token, as top_k 1 does", async () => {
  const features = async (sampling: SeriesInput["sampling"]): Promise<readonly number[]> => {
    const { handle } = await replica.prefill(tinySeries(20, { seed: 1, horizon: 8, sampling }));
    const { chunks: [chunk] } = await replica.decode([handle], 8);
    await replica.release([handle]);
    return [...chunk.candles];
  };
  const greedy = await features({ temperature: 1, topK: 1, topP: 1 });
  for (const temperature of [1e-6, 1e-40, 1e-300, Number.MIN_VALUE]) {
    assert.deepEqual(await features({ temperature, topK: 0, topP: 1 }), greedy, `${temperature}`);
  }
});
