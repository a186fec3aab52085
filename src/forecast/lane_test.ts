import assert from "node:assert/strict";
import { DEFAULT_SCHEDULER_SETTINGS, Scheduler } from "./scheduler.ts";
import { FakeJob } from "./testing/fake_job.ts";
import { FakeReplica } from "./testing/fake_replica.ts";

Deno.test("a lane tells of candles read and generated as the model works, and of the rows", async () => {
  const told: unknown[] = [];
  const scheduler = new Scheduler(
    [new FakeReplica()],
    { ...DEFAULT_SCHEDULER_SETTINGS, chunkSteps: 4 },
    {},
    {
      onPrefill: (candles) => told.push(candles),
      onDecode: (rows, candles) => told.push([rows, candles]),
    },
  );
  const job = new FakeJob(1, 6, 3);
  await scheduler.submit([job], new AbortController().signal);
  assert.deepEqual(told, [1, [3, 12], [3, 6]]);
  assert.ok(job.finishes[0].timings.firstWaitMs >= 0);
  await scheduler.close();
});
