import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import fc from "fast-check";
import { InferenceFailedError } from "./errors.ts";
import { Scheduler } from "./scheduler.ts";
import { FakeJob } from "./testing/fake_job.ts";
import { FakeReplica } from "./testing/fake_replica.ts";

const seriesCase = fc.record({
  horizon: fc.integer({ min: 1, max: 9 }),
  paths: fc.integer({ min: 1, max: 4 }),
  cohort: fc.constantFrom("a", "b"),
  failure: fc.option(fc.constantFrom("prefill", "decode"), { freq: 8 }),
});
const requestCase = fc.record({
  series: fc.array(seriesCase, { minLength: 1, maxLength: 8 }),
  aborts: fc.boolean(),
});
const settingsCase = fc.record({
  chunkSteps: fc.integer({ min: 1, max: 5 }),
  maxRows: fc.integer({ min: 1, max: 8 }),
  maxPrefilledSeries: fc.integer({ min: 1, max: 6 }),
  maxPrefilledTokens: fc.integer({ min: 1, max: 60 }),
});
const mixCase = fc.record({
  requests: fc.array(requestCase, { minLength: 1, maxLength: 6 }),
  settings: settingsCase,
  replicas: fc.integer({ min: 1, max: 2 }),
});

type Mix = typeof mixCase extends fc.Arbitrary<infer Value> ? Value : never;

/** Runs one mix under one order of events; fails where a promise of the scheduler is broken. */
async function assertMixSettles(
  { requests, settings, replicas: count }: Mix,
  order: fc.Scheduler,
): Promise<void> {
  const cases = requests.flatMap(({ series }) => series);
  const hit = new Set<number>(); // series in calls that failed
  const replicas = Array.from({ length: count }, () =>
    new FakeReplica({
      pause: () => order.schedule(Promise.resolve(), "call"),
      cohort: ({ seed }) => cases[seed].cohort,
      failure: (call, seeds) => {
        if (!seeds.some((seed) => cases[seed].failure === call)) return undefined;
        for (const seed of seeds) hit.add(seed);
        return new Error("the call failed");
      },
    }));
  const scheduler = new Scheduler(replicas, settings);
  let seed = 0;
  const runs = requests.map(({ series, aborts }) => {
    const jobs = series.map(({ horizon, paths }) => new FakeJob(seed++, horizon, paths));
    const controller = new AbortController();
    const reason = new Error("aborted");
    if (aborts) {
      void order.schedule(Promise.resolve(), "abort").then(() => controller.abort(reason));
    }
    const settled = order.schedule(Promise.resolve(), "submit")
      .then(() => scheduler.submit(jobs, controller.signal))
      .then(() => "done", (error: unknown) => error);
    return { jobs, aborts, reason, settled, signal: controller.signal };
  });
  const outcomes = await order.waitFor(Promise.all(runs.map(({ settled }) => settled)));
  await order.waitFor(scheduler.close());
  runs.forEach(({ jobs, aborts, reason, signal }, i) => {
    const outcome = outcomes[i];
    const failed = jobs.some((job) => hit.has(job.seed));
    if (outcome === "done") jobs.forEach((job) => job.assertFinished());
    else if (outcome === reason) assert.ok(aborts);
    else assert.ok(outcome instanceof InferenceFailedError && failed, String(outcome));
    assert.ok(outcome !== "done" || !failed, "a failed series fails its request");
    assert.equal(getEventListeners(signal, "abort").length, 0, "no listener is left");
  });
  for (const replica of replicas) {
    assert.deepEqual(replica.breaches, []);
    assert.equal(replica.held, 0, "every series is released");
    assert.ok(replica.mostHeld <= settings.maxPrefilledSeries);
    assert.ok(replica.mostTokens <= settings.maxPrefilledTokens);
    for (const { seeds, rows } of replica.decodes) {
      assert.ok(rows <= settings.maxRows || seeds.length === 1, `${rows} rows in one call`);
    }
  }
}

Deno.test("submit() settles any mix of requests, aborts and failures and leaks nothing", async () => {
  await fc.assert(
    fc.asyncProperty(mixCase, fc.scheduler(), assertMixSettles),
    { numRuns: 300 },
  );
});
