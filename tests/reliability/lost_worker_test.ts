/** Workers that end while they are needed, in this process. */
import assert from "node:assert/strict";
import type { ReplicaFault } from "../../src/inference/replica_fault.ts";
import { SupervisedReplica } from "../../src/inference/supervised_replica.ts";
import { openWorkerReplica, type WorkerReplica } from "../../src/inference/worker_replica.ts";
import { DEFAULT_SCHEDULER_SETTINGS, Scheduler } from "../../src/forecast/scheduler.ts";
import { forecastAlone, tinyParts, tinySeries } from "../engine/tiny_replica.ts";
import { scheduledForecast } from "./scheduled_forecast.ts";

/** Enough for a worker that opens the tiny model, on a machine that is busy. */
const OPEN_TIMEOUT_MS = 60_000;

/** For one that never will. */
const SHORT_TIMEOUT_MS = 50;

function silentWorker(): Worker {
  return new Worker(new URL("./silent_worker.ts", import.meta.url), { type: "module" });
}

/** A supervised replica, the workers that it has had, of which some do not open, and what was said of it. */
async function supervised(
  runTimeoutMs: number,
  silent: readonly number[] = [],
  maxHeapBytes: number = Infinity,
): Promise<{
  readonly replica: SupervisedReplica;
  readonly workers: Worker[];
  readonly lost: string[];
}> {
  const workers: Worker[] = [];
  const lost: string[] = [];
  const isSilent = (): boolean => silent.includes(workers.length);
  const start = (): Worker => {
    const entry = isSilent() ? "./ending_worker.ts" : "./dying_worker.ts";
    const worker = new Worker(new URL(entry, import.meta.url), { type: "module" });
    workers.push(worker);
    return worker;
  };
  const open = async (): Promise<WorkerReplica> => {
    const timeoutMs = isSilent() ? SHORT_TIMEOUT_MS : OPEN_TIMEOUT_MS;
    return await openWorkerReplica(tinyParts, { timeoutMs, start });
  };
  const replica = new SupervisedReplica(
    await open(),
    open,
    {
      openTimeoutMs: OPEN_TIMEOUT_MS,
      runTimeoutMs,
      maxHeapBytes,
      backoffBaseMs: 1,
      backoffCapMs: 10,
    },
    {
      lost: ({ kind }) => lost.push(kind),
      replaced: () => lost.push("replaced"),
      worn: () => lost.push("worn"),
      opened: () => lost.push("opened"),
      openFailed: (error) => lost.push(`not replaced: ${(error as ReplicaFault).kind}`),
    },
  );
  return { replica, workers, lost };
}

function isFault(kind: string): (error: ReplicaFault) => boolean {
  return (error) => error.kind === kind && error.losesReplica;
}

Deno.test("a worker that ends with an error in a run is replaced, and computes the same", async () => {
  const { replica, workers, lost } = await supervised(60_000);
  const input = tinySeries(40, { seed: 3 });
  const before = await forecastAlone(replica, input);
  const run = replica.prefill(input);
  workers[0].postMessage({ die: true });
  await assert.rejects(Promise.all([run, replica.prefill(input)]), isFault("died"));
  await replica.available();
  assert.deepEqual(await forecastAlone(replica, input), before);
  assert.deepEqual(lost, ["died", "replaced"]);
  await replica.close();
});

Deno.test("a worker that ends without a word in a run is found by the watchdog", async () => {
  const { replica, workers, lost } = await supervised(1000);
  const run = replica.prefill(tinySeries(40, { seed: 3 }));
  workers[0].terminate();
  await assert.rejects(run, isFault("hung"));
  await replica.available();
  await forecastAlone(replica, tinySeries(40, { seed: 4 }));
  assert.deepEqual(lost, ["hung", "replaced"]);
  await replica.close();
});

Deno.test("close() of a replica whose worker is gone ends, and no other takes its place", async () => {
  const { replica, workers } = await supervised(500);
  workers[0].terminate();
  await replica.close();
  await assert.rejects(replica.prefill(tinySeries(40, { seed: 3 })), isFault("died"));
  assert.equal(workers.length, 1);
});

Deno.test("openWorkerReplica() gives up a worker that never answers", async () => {
  const opening = { timeoutMs: SHORT_TIMEOUT_MS, start: silentWorker };
  await assert.rejects(openWorkerReplica(tinyParts, opening), isFault("hung"));
});

Deno.test("openWorkerReplica() gives up a worker that nobody waits for any more", async () => {
  const closing = new AbortController();
  const opening = { timeoutMs: OPEN_TIMEOUT_MS, signal: closing.signal, start: silentWorker };
  const replica = openWorkerReplica(tinyParts, opening);
  closing.abort();
  await assert.rejects(replica, isFault("died"));
  await assert.rejects(openWorkerReplica(tinyParts, opening), closing.signal.reason);
});

Deno.test("a worker that never opens is given up, and another takes its place", async () => {
  const { replica, workers, lost } = await supervised(60_000, [1]);
  const input = tinySeries(40, { seed: 3 });
  const run = replica.prefill(input);
  workers[0].postMessage({ die: true });
  await assert.rejects(Promise.all([run, replica.prefill(input)]), isFault("died"));
  await replica.available();
  await forecastAlone(replica, tinySeries(40, { seed: 4 }));
  assert.deepEqual(lost, ["died", "not replaced: hung", "replaced"]);
  await replica.close();
});

Deno.test("a replica that grew past its mark is renewed between requests, and none is lost or changed", async () => {
  // The runtime takes 16 MiB to begin with: a mark below that wears a worker with its first series.
  const { replica, workers, lost } = await supervised(60_000, [], 1);
  const { replica: unworn } = await supervised(60_000);
  const scheduler = new Scheduler([replica], DEFAULT_SCHEDULER_SETTINGS);
  const inputs = Array.from({ length: 3 }, (_, seed) => tinySeries(40, { seed, horizon: 20 }));
  const forecasts: Float32Array[] = [];
  for (const input of inputs) forecasts.push(await scheduledForecast(scheduler, input));
  // The last one is renewed after its forecast is there.
  while (lost.length < 2 * inputs.length) await new Promise((resolve) => setTimeout(resolve, 5));
  await scheduler.close();
  await replica.close();
  for (const [i, input] of inputs.entries()) {
    assert.deepEqual(forecasts[i], await forecastAlone(unworn, input));
  }
  await unworn.close();
  assert.equal(workers.length, 1 + inputs.length);
  assert.deepEqual(lost, inputs.flatMap(() => ["worn", "replaced"]));
});
