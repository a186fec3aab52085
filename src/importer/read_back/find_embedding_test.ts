import assert from "node:assert/strict";
import type { Tensor } from "../../kronos/architecture.ts";
import { findEmbedding } from "./find_embedding.ts";

/** A table `[tokens, width]` of small whole numbers, another for another factor. */
function table(tokens: number, width: number, factor: number): Tensor {
  const data = Float32Array.from({ length: tokens * width }, (_, i) => i * factor % 101);
  return { shape: [tokens, width], data };
}

Deno.test("findEmbedding() gives an embedding and layers that make both tables", async () => {
  const tables = [table(6, 8, 37), table(6, 8, 53)] as const;
  const found = await findEmbedding(tables);
  assert.ok(found !== null);
  const { embedding: { rows, columns, data }, layers } = found;
  assert.deepEqual([rows, columns], [6, 8]);
  layers.forEach(({ matrix, bias }, which) => {
    for (const [i, value] of tables[which].data.entries()) {
      const [token, column] = [Math.floor(i / 8), i % 8];
      let made = bias[column];
      for (let c = 0; c < 8; c++) made += data[token * 8 + c] * matrix.data[c * 8 + column];
      assert.ok(Math.abs(made - value) < 1e-3, `table ${which}, ${i}: ${made}, not ${value}`);
    }
  });
});

Deno.test("findEmbedding() finds none behind tables that have none in common", async () => {
  assert.equal(await findEmbedding([table(64, 8, 37), table(64, 8, 53)]), null);
});

Deno.test("findEmbedding() leaves the thread free, and ends when it is stopped", async () => {
  // Seconds of work.
  const tables = [table(2048, 384, 37), table(2048, 384, 53)] as const;
  const stop = new AbortController();
  const events: string[] = [];
  const finding = findEmbedding(tables, stop.signal).finally(() => events.push("over"));
  setTimeout(() => {
    events.push("heard");
    stop.abort(new Error("stopped"));
  });
  await assert.rejects(finding, /^Error: stopped$/);
  assert.deepEqual(events, ["heard", "over"]);
  await assert.rejects(findEmbedding(tables, stop.signal), /^Error: stopped$/);
});
