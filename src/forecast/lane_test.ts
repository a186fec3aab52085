import assert from "node:assert/strict";
import { DEFAULT_SCHEDULER_SETTINGS, Scheduler } from "./scheduler.ts";
import { FakeJob } from "./testing/fake_job.ts";
import { FakeReplica } from "./testing/fake_replica.ts";

const never = new AbortController().signal;

function jobsFrom(first: number, count: number, horizon: number): FakeJob[] {
  return Array.from({ length: count }, (_, i) => new FakeJob(first + i, horizon));
}

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

Deno.test("a lane renews a worn replica when its series are finished, and loses none", async () => {
  const worn = new FakeReplica({ worn: (prefills) => prefills >= 3 });
  const scheduler = new Scheduler([worn], { ...DEFAULT_SCHEDULER_SETTINGS, chunkSteps: 4 });
  const requests = [jobsFrom(0, 5, 12), jobsFrom(10, 1, 40), jobsFrom(20, 4, 8)];
  await Promise.all(requests.map((jobs) => scheduler.submit(jobs, never)));
  for (const job of requests.flat()) job.assertFinished();
  assert.equal(worn.prefills.length, 10, "none begins anew");
  assert.ok(worn.renewals >= 3, `${worn.renewals} times`);
  await scheduler.close();
  assert.deepEqual(worn.breaches, []);
});
