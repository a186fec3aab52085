import assert from "node:assert/strict";
import { forecastAlone, tinyParts, tinySeries } from "../../tests/engine/tiny_replica.ts";
import { openWorkerReplica } from "./worker_replica.ts";

/** Enough for a worker that opens the tiny model, on a machine that is busy. */
const OPEN_TIMEOUT_MS = 60_000;

Deno.test("openWorkerReplica() leaves no weights on the thread it is called from", async () => {
  const parts = await tinyParts();
  assert.ok(parts.graphs.generator.weights.length > 0);
  const replica = await openWorkerReplica(() => Promise.resolve(parts), {
    timeoutMs: OPEN_TIMEOUT_MS,
  });
  for (const { weights } of Object.values(parts.graphs)) assert.equal(weights.length, 0);
  await forecastAlone(replica, tinySeries(40, { seed: 5 }));
  await replica.close();
});
