/** A graphics device that is lost in the middle of a request, as where its driver restarts. */
import assert from "node:assert/strict";
import { DEFAULT_SCHEDULER_SETTINGS, Scheduler } from "../../src/forecast/scheduler.ts";
import { SupervisedReplica } from "../../src/inference/supervised_replica.ts";
import { openWorkerReplica } from "../../src/inference/worker_replica.ts";
import { onAdapter } from "../engine/required_adapter.ts";
import { forecastAlone, tinyParts, tinySeries } from "../engine/tiny_replica.ts";
import { largestDifference } from "../parity/load_case.ts";
import { scheduledForecast } from "./scheduled_forecast.ts";

/** In software on a busy machine each new shape takes long to compile. */
const PATIENCE_MS = 300_000;

Deno.test({
  name:
    `a lost WebGPU device costs its replica, and the request runs on another (on ${onAdapter.name})`,
  ignore: onAdapter.missing,
  fn: async () => {
    const workers: Worker[] = [];
    const start = (): Worker => {
      const entry = new URL("./losing_device_worker.ts", import.meta.url);
      workers.push(new Worker(entry, { type: "module" }));
      return workers.at(-1)!;
    };
    const parts = async () => ({ ...await tinyParts(), device: "webgpu" as const });
    const open = () => openWorkerReplica(parts, { timeoutMs: PATIENCE_MS, start });
    const events: string[] = [];
    const limits = {
      openTimeoutMs: PATIENCE_MS,
      runTimeoutMs: PATIENCE_MS,
      maxHeapBytes: Infinity,
      backoffBaseMs: 1,
      backoffCapMs: 10,
    };
    const replica = new SupervisedReplica(await open(), open, limits, {
      lost: ({ kind }) => events.push(kind),
      replaced: () => events.push("replaced"),
      worn: () => events.push("worn"),
      opened: () => events.push("opened"),
      openFailed: (error) => events.push(`${error}`),
    });
    const scheduler = new Scheduler([replica], DEFAULT_SCHEDULER_SETTINGS, {
      onRetry: () => events.push("tried again"),
    }, {
      // Between the prefill of the request and its first chunk, whose cache is on the device.
      onPrefill: () => workers[0].postMessage({ loseDevice: true }),
      onDecode: () => {},
    });
    const input = tinySeries(40, { seed: 3, horizon: 20 });
    const forecast = await scheduledForecast(scheduler, input);
    await scheduler.close();
    await replica.close();
    assert.deepEqual(events.sort(), ["died", "replaced", "tried again"]);
    assert.equal(workers.length, 2);
    const wasm = await openWorkerReplica(tinyParts, { timeoutMs: PATIENCE_MS });
    const difference = largestDifference(forecast, await forecastAlone(wasm, input));
    await wasm.close();
    assert.ok(difference < 1e-4, `differs by ${difference}`);
  },
});
