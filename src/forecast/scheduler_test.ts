import assert from "node:assert/strict";
import fc from "fast-check";
import { InferenceFailedError, ModelNotReadyError } from "./errors.ts";
import { ReplicaFault } from "../inference/replica_fault.ts";
import { DEFAULT_SCHEDULER_SETTINGS, Scheduler, type SchedulerSettings } from "./scheduler.ts";
import { FakeJob } from "./testing/fake_job.ts";
import { FakeReplica, type FakeReplicaOptions } from "./testing/fake_replica.ts";

const never = new AbortController().signal;

/** A scheduler on one fake replica. */
function schedulerOnFake(
  options: FakeReplicaOptions = {},
  settings: Partial<SchedulerSettings> = {},
): { scheduler: Scheduler; replica: FakeReplica; errors: unknown[] } {
  const replica = new FakeReplica(options);
  const errors: unknown[] = [];
  const all = { ...DEFAULT_SCHEDULER_SETTINGS, ...settings };
  const scheduler = new Scheduler([replica], all, {
    onReplicaError: ({ cause }) => errors.push(cause),
  });
  return { scheduler, replica, errors };
}

/** Jobs with seeds from `first` on. */
function jobsFrom(first: number, count: number, horizon: number, paths: number = 1): FakeJob[] {
  return Array.from({ length: count }, (_, i) => new FakeJob(first + i, horizon, paths));
}

Deno.test("submit() gives each series its own candles and phase times that add up", async () => {
  const { scheduler, replica } = schedulerOnFake({}, { chunkSteps: 4 });
  const jobs = [new FakeJob(1, 10, 3), new FakeJob(2, 4, 1), new FakeJob(3, 7, 2)];
  await scheduler.submit(jobs, never);
  for (const job of jobs) job.assertFinished();
  const { queueMs, tokenizeMs, prefillMs, decodeMs, totalMs } = jobs[1].finishes[0].timings;
  assert.deepEqual({ tokenizeMs, prefillMs, decodeMs }, {
    tokenizeMs: 1,
    prefillMs: 2,
    decodeMs: 3,
  });
  assert.ok(queueMs >= 0 && queueMs <= totalMs);
  await scheduler.close();
  assert.deepEqual(replica.breaches, []);
  assert.equal(replica.held, 0);
});

Deno.test("submit() decodes waiting requests of one cohort together", async () => {
  const { scheduler, replica } = schedulerOnFake({}, { chunkSteps: 8 });
  const requests = jobsFrom(0, 5, 16).map((job) => scheduler.submit([job], never));
  await Promise.all(requests);
  assert.deepEqual(replica.decodes.map(({ rows }) => rows), [5, 5]);
  await scheduler.close();
});

Deno.test("submit() fills decode calls with a batch up to maxRows", async () => {
  const { scheduler, replica } = schedulerOnFake({}, { chunkSteps: 8, maxRows: 32 });
  const jobs = jobsFrom(0, 64, 8);
  await scheduler.submit(jobs, never);
  for (const job of jobs) job.assertFinished();
  assert.deepEqual(replica.decodes.map(({ rows }) => rows), [32, 32]);
  await scheduler.close();
});

Deno.test("submit() decodes a series of more paths than maxRows by itself", async () => {
  const { scheduler, replica } = schedulerOnFake({}, { maxRows: 4 });
  const jobs = jobsFrom(0, 2, 3, 9);
  await scheduler.submit(jobs, never);
  for (const job of jobs) job.assertFinished();
  assert.deepEqual(replica.decodes.map(({ seeds }) => seeds), [[0], [1]]);
  await scheduler.close();
});

Deno.test("submit() of a single series behind a batch of 256 waits for a bounded number of calls", async () => {
  const chunkSteps = 4;
  const arrivals = fc.record({
    after: fc.integer({ min: 1, max: 100 }),
    chunks: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ after, chunks }) => {
      const single = new FakeJob(1000, chunks * chunkSteps);
      let arrival: Promise<void> | undefined;
      const pause = (): Promise<void> => {
        if (replica.decodes.length === after) arrival ??= scheduler.submit([single], never);
        return Promise.resolve();
      };
      const { scheduler, replica } = schedulerOnFake({ pause }, {
        chunkSteps,
        maxRows: 16,
        maxPrefilledSeries: 32,
      });
      const batch = jobsFrom(0, 256, 8 * chunkSteps);
      await scheduler.submit(batch, never);
      assert.ok(arrival);
      await arrival;
      const last = replica.decodes.findLastIndex(({ seeds }) => seeds.includes(single.seed));
      // The call it came during, then its own chunks in turn with the batch's one group.
      assert.ok(last + 1 - after <= 1 + 2 * chunks, `done ${last + 1 - after} calls later`);
      for (const job of [...batch, single]) job.assertFinished();
      await scheduler.close();
      assert.deepEqual(replica.breaches, []);
    }),
    { numRuns: 40 },
  );
});

Deno.test("submit() rejects with InferenceFailedError with the replica's error as cause", async () => {
  const cause = new Error("the shapes do not fit");
  const { scheduler, replica, errors } = schedulerOnFake({
    cohort: ({ seed }) => `${seed}`,
    failure: (call, seeds) => call === "decode" && seeds.includes(1) ? cause : undefined,
  });
  const [fails, works] = [new FakeJob(1, 40), new FakeJob(2, 40)];
  const [failed, worked] = await Promise.allSettled([
    scheduler.submit([fails], never),
    scheduler.submit([works], never),
  ]);
  assert.equal(failed.status, "rejected");
  assert.ok(failed.reason instanceof InferenceFailedError);
  assert.equal(failed.reason.cause, cause);
  assert.equal(worked.status, "fulfilled");
  works.assertFinished();
  assert.deepEqual(errors, [cause]);
  await scheduler.close();
  assert.equal(replica.held, 0);
});

Deno.test("submit() fails the request alone whose finish() throws", async () => {
  const { scheduler, replica } = schedulerOnFake();
  const reason = new InferenceFailedError("Cannot forecast the series: not a number");
  class Refusing extends FakeJob {
    override finish(): void {
      throw reason;
    }
  }
  const other = new FakeJob(2, 5);
  const [refused, kept] = await Promise.allSettled([
    scheduler.submit([new Refusing(1, 5)], never),
    scheduler.submit([other], never),
  ]);
  assert.deepEqual(refused, { status: "rejected", reason });
  assert.equal(kept.status, "fulfilled");
  other.assertFinished();
  await scheduler.close();
  assert.equal(replica.held, 0);
});

Deno.test("submit() rejects at once on abort and releases before the next call", async () => {
  const call = Promise.withResolvers<void>();
  const decoding = Promise.withResolvers<void>();
  const pause = (): Promise<void> => {
    if (replica.prefills.length < 1) return Promise.resolve();
    decoding.resolve();
    return call.promise;
  };
  const { scheduler, replica } = schedulerOnFake({ pause });
  const controller = new AbortController();
  const reason = new Error("the client left");
  const job = new FakeJob(1, 100);
  const promise = scheduler.submit([job], controller.signal);
  await decoding.promise;
  controller.abort(reason);
  await assert.rejects(promise, (error) => error === reason); // the call is still under way
  assert.deepEqual(scheduler.queue(), { waiting: 0, running: 0 });
  call.resolve();
  await scheduler.close();
  assert.equal(replica.decodes.length, 1);
  assert.equal(replica.held, 0);
  assert.equal(job.finishes.length, 0);
});

Deno.test("submit() rejects an aborted signal and an empty scheduler before any work", async () => {
  const { scheduler, replica } = schedulerOnFake();
  const reason = new Error("too late");
  await assert.rejects(
    scheduler.submit(jobsFrom(0, 1, 1), AbortSignal.abort(reason)),
    (error) => error === reason,
  );
  assert.deepEqual(replica.prefills, []);
  assert.throws(() => new Scheduler([], DEFAULT_SCHEDULER_SETTINGS), /no replica/);
  assert.throws(() => schedulerOnFake({}, { maxRows: 0 }), /maxRows is 0/);
});

Deno.test("submit() does not decode a series that was aborted while others were prefilled", async () => {
  const controller = new AbortController();
  const pause = (): Promise<void> => {
    if (replica.prefills.length === 1) controller.abort();
    return Promise.resolve();
  };
  const { scheduler, replica } = schedulerOnFake({ pause });
  const kept = new FakeJob(2, 3);
  const [aborted, done] = await Promise.allSettled([
    scheduler.submit([new FakeJob(1, 3)], controller.signal),
    scheduler.submit([kept], never),
  ]);
  assert.deepEqual([aborted.status, done.status], ["rejected", "fulfilled"]);
  assert.deepEqual(replica.decodes.map(({ seeds }) => seeds), [[2]]);
  await scheduler.close();
  assert.equal(replica.held, 0);
});

Deno.test("submit() keeps groups of a batch whole where its horizons differ", async () => {
  const { scheduler, replica } = schedulerOnFake({}, { chunkSteps: 4, maxRows: 4 });
  const jobs = Array.from({ length: 16 }, (_, i) => new FakeJob(i, i % 2 === 0 ? 4 : 8));
  await scheduler.submit(jobs, never);
  for (const job of jobs) job.assertFinished();
  // Four groups of four, of which two leave after the first call and two after the second.
  assert.deepEqual(replica.decodes.map(({ rows }) => rows), [4, 2, 4, 2, 4, 2, 4, 2]);
  await scheduler.close();
});

Deno.test("submit() starts a complete request before batches that are still gathering", async () => {
  const { scheduler, replica } = schedulerOnFake({}, { maxRows: 2 });
  const requests = [jobsFrom(0, 9, 4), jobsFrom(10, 9, 4), jobsFrom(20, 1, 4)];
  await Promise.all(requests.map((jobs) => scheduler.submit(jobs, never)));
  assert.deepEqual(replica.prefills.slice(0, 3), [0, 10, 20]);
  assert.deepEqual(replica.decodes[0].seeds, [20]);
  await scheduler.close();
});

Deno.test("submit() keeps half of a replica's places for requests that have none", async () => {
  let arrival: Promise<void> | undefined;
  const single = new FakeJob(100, 4);
  const pause = (): Promise<void> => {
    if (replica.decodes.length === 1) arrival ??= scheduler.submit([single], never);
    return Promise.resolve();
  };
  const { scheduler, replica } = schedulerOnFake({ pause }, {
    chunkSteps: 4,
    maxPrefilledSeries: 8,
  });
  await scheduler.submit(jobsFrom(0, 20, 400), never);
  await arrival;
  const turn = replica.decodes.findIndex(({ seeds }) => seeds.includes(single.seed));
  assert.ok(turn > 0 && turn <= 3, `in decode call ${turn}`);
  await scheduler.close();
});

Deno.test("queue() counts requests that wait and requests that run", async () => {
  const inDecode = Promise.withResolvers<void>();
  const call = Promise.withResolvers<void>();
  const pause = (): Promise<void> => {
    if (replica.prefills.length === 0) return Promise.resolve();
    inDecode.resolve();
    return call.promise;
  };
  const { scheduler, replica } = schedulerOnFake({ pause }, { maxPrefilledSeries: 1 });
  const requests = jobsFrom(0, 3, 2).map((job) => scheduler.submit([job], never));
  await inDecode.promise;
  assert.deepEqual(scheduler.queue(), { waiting: 2, running: 1 });
  call.resolve();
  await Promise.all(requests);
  assert.deepEqual(scheduler.queue(), { waiting: 0, running: 0 });
  await scheduler.close();
});

Deno.test("close() rejects what is unfinished, waits for the call and refuses more", async () => {
  const { scheduler, replica } = schedulerOnFake();
  const outcomes = Promise.allSettled([
    scheduler.submit(jobsFrom(0, 3, 500), never),
    scheduler.submit(jobsFrom(10, 1, 5), never),
  ]);
  await scheduler.close();
  assert.equal(replica.held, 0);
  for (const outcome of await outcomes) {
    assert.equal(outcome.status, "rejected");
    assert.ok(outcome.reason instanceof ModelNotReadyError);
  }
  await assert.rejects(scheduler.submit(jobsFrom(20, 1, 1), never), ModelNotReadyError);
});

Deno.test("submit() begins the series of a lost replica anew on another, and the numbers are the same", async () => {
  let calls = 0;
  const dying = new FakeReplica({
    failure: (call) =>
      call === "decode" && ++calls === 2 ? new ReplicaFault("died", "killed") : undefined,
    available: () => calls < 2 ? Promise.resolve() : new Promise(() => {}),
  });
  const healthy = new FakeReplica();
  const retried: string[] = [];
  const scheduler = new Scheduler(
    [dying, healthy],
    { ...DEFAULT_SCHEDULER_SETTINGS, chunkSteps: 4 },
    {
      retry: { retries: 1, backoffBaseMs: 1, backoffCapMs: 1 },
      onRetry: ({ kind }) => retried.push(kind),
    },
  );
  const requests = [jobsFrom(0, 3, 12), jobsFrom(10, 1, 40), jobsFrom(20, 2, 8)];
  await Promise.all(requests.map((jobs) => scheduler.submit(jobs, never)));
  for (const job of requests.flat()) job.assertFinished();
  assert.ok(retried.length > 0 && retried.every((kind) => kind === "died"));
  assert.deepEqual(healthy.breaches, []);
  await scheduler.close();
});
