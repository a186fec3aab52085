/** A thread that runs a model itself starts workers as any other does. */
import assert from "node:assert/strict";
import { openLocalReplica } from "../../src/inference/local_replica.ts";
import { openWorkerReplica } from "../../src/inference/worker_replica.ts";
import { forecastAlone, tinyParts, tinySeries } from "./tiny_replica.ts";

/** Enough for a worker that opens the tiny model, on a machine that is busy. */
const OPEN_TIMEOUT_MS = 60_000;

// The runtime opens its own resources with the first session, and keeps them: before any test.
const local = await openLocalReplica(await tinyParts());

Deno.test("a worker that starts after its thread has opened a model is heard, with any threads", async () => {
  const input = tinySeries(40, { seed: 3 });
  const here = await forecastAlone(local, input);
  for (const threads of [1, 2]) {
    const parts = async () => ({ ...await tinyParts(), threads });
    const replica = await openWorkerReplica(parts, { timeoutMs: OPEN_TIMEOUT_MS });
    assert.deepEqual(await forecastAlone(replica, input), here);
    await replica.close();
  }
  await local.close();
});
