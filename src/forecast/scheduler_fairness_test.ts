import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_SCHEDULER_SETTINGS, Scheduler, type SchedulerSettings } from "./scheduler.ts";
import { FakeJob } from "./testing/fake_job.ts";
import { FakeReplica, type FakeReplicaOptions } from "./testing/fake_replica.ts";

const never = new AbortController().signal;
const CHUNK = 4;

function schedulerOn(
  options: FakeReplicaOptions,
  settings: Partial<SchedulerSettings> = {},
): { scheduler: Scheduler; replica: FakeReplica } {
  const replica = new FakeReplica(options);
  const all = { ...DEFAULT_SCHEDULER_SETTINGS, chunkSteps: CHUNK, ...settings };
  return { scheduler: new Scheduler([replica], all), replica };
}

/** Calls `then` once, during the call that makes this many of them. */
function during(calls: number, then: () => void): () => Promise<void> {
  let count = 0;
  return () => {
    if (++count === calls) then();
    return new Promise((resolve) => setImmediate(resolve));
  };
}

function jobsFrom(first: number, count: number, horizon: number, paths: number = 1): FakeJob[] {
  return Array.from({ length: count }, (_, i) => new FakeJob(first + i, horizon, paths));
}

Deno.test("submit() gives a client its half of the time beside one with many requests", async () => {
  const arrivals = fc.record({
    after: fc.integer({ min: 1, max: 60 }),
    many: fc.integer({ min: 2, max: 60 }),
    chunks: fc.integer({ min: 1, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ after, many, chunks }) => {
      const mine = new FakeJob(1000, chunks * CHUNK);
      let arrived: { readonly prefills: number; readonly decodes: number } | undefined;
      let done: Promise<void> | undefined;
      let over = false;
      const pause = during(after, () => {
        if (over) return;
        arrived = { prefills: replica.prefills.length, decodes: replica.decodes.length };
        done = scheduler.submit([mine], never, { client: "few", deadlineAt: Infinity });
      });
      // Nobody can share a call, so that each request needs the time that it takes.
      const { scheduler, replica } = schedulerOn({ pause, cohort: ({ seed }) => `${seed}` });
      await Promise.all(
        jobsFrom(0, many, 40).map((job) =>
          scheduler.submit([job], never, { client: "many", deadlineAt: Infinity })
        ),
      );
      over = true;
      await done;
      await scheduler.close();
      if (arrived === undefined) return;
      mine.assertFinished();
      const last = replica.decodes.findLastIndex(({ seeds }) => seeds.includes(mine.seed));
      const theirMs = 3 * (last - arrived.decodes + 1 - chunks) +
        3 * (replica.prefills.indexOf(mine.seed) - arrived.prefills);
      // A call under way when it came, and one more than it had itself.
      assert.ok(theirMs <= 3 * (1 + chunks) + 6, `${theirMs} ms of others for ${chunks} chunks`);
    }),
    { numRuns: 60 },
  );
});

Deno.test("submit() lets no request wait for more rows of another than it has itself", async () => {
  let arrival: Promise<void> | undefined;
  const single = new FakeJob(1000, 8 * CHUNK);
  const pause = during(20, () => arrival = scheduler.submit([single], never));
  const { scheduler, replica } = schedulerOn({ pause, decodeMs: (rows) => rows });
  const batch = jobsFrom(0, 256, 8 * CHUNK);
  await scheduler.submit(batch, never);
  await arrival;
  await scheduler.close();
  for (const job of [...batch, single]) job.assertFinished();
  const shared = replica.decodes.filter(({ seeds }) => seeds.includes(single.seed));
  assert.deepEqual(shared.map(({ rows }) => rows), new Array(8).fill(1));
  assert.equal(replica.decodes.length, 8 + 8 * 256 / 32, "the batch stays together");
});

Deno.test("submit() finishes first what is due first, of one client", async () => {
  const { scheduler, replica } = schedulerOn({ cohort: ({ seed }) => `${seed}` });
  const at = performance.now();
  await Promise.all([
    scheduler.submit([new FakeJob(1, 10 * CHUNK)], never, { client: "", deadlineAt: at + 60_000 }),
    scheduler.submit([new FakeJob(2, 10 * CHUNK)], never, { client: "", deadlineAt: at + 5000 }),
  ]);
  await scheduler.close();
  const last = (seed: number): number =>
    replica.decodes.findLastIndex(({ seeds }) => seeds.includes(seed));
  assert.ok(last(2) < 14, `done after ${last(2)} calls`);
  assert.equal(last(1), 19);
});

Deno.test("submit() keeps a quarter of a replica's places for clients that have none", async () => {
  let arrival: Promise<void> | undefined;
  const single = new FakeJob(1000, CHUNK);
  const pause = during(60, () => {
    arrival = scheduler.submit([single], never, { client: "other", deadlineAt: Infinity });
  });
  const { scheduler, replica } = schedulerOn({ pause }, { maxPrefilledSeries: 8 });
  const many = jobsFrom(0, 40, 100 * CHUNK).map((job) => scheduler.submit([job], never));
  await Promise.all(many);
  await arrival;
  await scheduler.close();
  const first = replica.decodes.findIndex(({ seeds }) => seeds.includes(single.seed));
  assert.ok(first > 0 && first < 60, `in decode call ${first}`);
});

Deno.test("submit() lets a series in that needs all of the room, though small ones keep coming", async () => {
  const large = new FakeJob(1000, 10, 9);
  let small = 0;
  const running: Promise<void>[] = [];
  const pause = (): Promise<void> => {
    if (!large.finishes.length) running.push(scheduler.submit([new FakeJob(small++, 8)], never));
    return new Promise((resolve) => setImmediate(resolve));
  };
  const { scheduler, replica } = schedulerOn({ pause }, { maxPrefilledTokens: 100 });
  const first = scheduler.submit([new FakeJob(2000, 8)], never);
  await scheduler.submit([large], never);
  assert.ok(replica.prefills.length < 40, `after ${replica.prefills.length} others`);
  await Promise.all([first, ...running]);
  await scheduler.close();
  assert.ok(replica.mostTokens <= 100);
});
