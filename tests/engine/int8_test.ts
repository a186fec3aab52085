/** Graphs with 8-bit weights: near the exact products, and as independent of neighbours as the others. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FLOAT, GraphBuilder } from "../../src/importer/graphs/graph_builder.ts";
import { withInt8Weights } from "../../src/inference/int8_weights.ts";
import { floatData, floats, openSession } from "../../src/inference/runtime.ts";
import { FEATURES } from "../../src/kronos/architecture.ts";
import { openLocalReplica } from "../../src/inference/local_replica.ts";
import { forecastAlone, openTinyReplica, tinyParts, tinySeries } from "./tiny_replica.ts";

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

const [INNER, COLUMNS] = [24, 10];

/** `x [rows, INNER]` through a layer with 8-bit weights. */
async function int8Linear(
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
): Promise<Float32Array> {
  const g = new GraphBuilder();
  const product = g.op("Gemm", [
    g.input("x", FLOAT, ["B", INNER]),
    g.floats("weight", [INNER, COLUMNS], weight),
    g.floats("bias", [COLUMNS], bias),
  ]);
  g.output("y", product, FLOAT, ["B", COLUMNS]);
  const session = await openSession(withInt8Weights(g.encode("weights")), { threads: 1 });
  const { y } = await session.run({ x: floats(x, [x.length / INNER, INNER]) });
  await session.release();
  return floatData(y);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const vector = (length: number) =>
  fc.float32Array({ minLength: length, maxLength: length, noNaN: true, min: -50, max: 50 });

Deno.test("withInt8Weights() errs by at most half a step of each factor, whatever the scale", async () => {
  await fc.assert(
    fc.asyncProperty(
      vector(INNER),
      vector(INNER * COLUMNS),
      vector(COLUMNS),
      fc.constantFrom(0, 1e-6, 1, 1e4),
      async (row, weight, bias, scale) => {
        const x = row.map((value) => value * scale);
        const y = await int8Linear(x, weight, bias);
        for (let c = 0; c < COLUMNS; c++) {
          const column = Float32Array.from({ length: INNER }, (_, k) => weight[k * COLUMNS + c]);
          const exact = column.reduce((sum, w, k) => sum + w * x[k], bias[c]);
          const steps = 1.01 * INNER * largest(x) * largest(column) / 127 + 1e-4;
          assert.ok(Math.abs(y[c] - exact) <= steps, `${y[c]}, not ${exact}`);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("an int8 forecast is the same bit by bit in parts, and not that of f32", async () => {
  const replica = await openLocalReplica({ ...await tinyParts(), precision: "int8" });
  const whole = tinySeries(30, { seed: 9, paths: 8, horizon: 20 });
  const together = await forecastAlone(replica, whole);
  for (const [firstPath, paths] of [[0, 1], [1, 3], [4, 4]]) {
    const part = await forecastAlone(replica, { ...whole, firstPath, paths });
    const from = firstPath * whole.horizon * FEATURES;
    assert.deepEqual(part, together.subarray(from, from + part.length));
  }
  await replica.close();
  const exact = await openTinyReplica();
  assert.notDeepEqual(await forecastAlone(exact, whole), together);
  await exact.close();
});
