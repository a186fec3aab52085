import assert from "node:assert/strict";
import { forecastAlone, tinyParts, tinySeries } from "../../tests/engine/tiny_replica.ts";
import type { ReplicaParts } from "./local_replica.ts";
import { prepareWorker } from "./prepare_worker.ts";
import { compileRuntime } from "./products/fused_runtime.ts";
import { openWorkerReplica, type WorkerOpening } from "./worker_replica.ts";

/** Enough for a worker that opens the tiny model, on a machine that is busy. */
const OPEN_TIMEOUT_MS = 60_000;

/** A forecast of the tiny model in a worker of its own. */
async function forecastInWorker(
  changes: Pick<ReplicaParts, "runtime">,
  opening: Pick<WorkerOpening, "start"> = {},
): Promise<Float32Array> {
  const read = async () => ({ ...await tinyParts(), ...changes });
  const replica = await openWorkerReplica(read, { timeoutMs: OPEN_TIMEOUT_MS, ...opening });
  const forecast = await forecastAlone(replica, tinySeries(40, { seed: 5 }));
  await replica.close();
  return forecast;
}

for (const fusedProducts of [true, false]) {
  Deno.test(`a worker that was prepared forecasts as others do, and its runtime serves them; fused: ${fusedProducts}`, async () => {
    const take = prepareWorker({ workers: 2, threads: 1, device: "wasm", fusedProducts });
    const prepared = take();
    assert.ok(prepared !== null);
    assert.equal(take(), null);
    const expected = await forecastInWorker({ runtime: await compileRuntime(fusedProducts) });
    const start = () => prepared.worker;
    assert.deepEqual(await forecastInWorker({}, { start }), expected);
    assert.deepEqual(await forecastInWorker({ runtime: await prepared.runtime }), expected);
  });
}

Deno.test("prepareWorker() starts none where replicas run on another device, or on this thread", () => {
  const options = { workers: 1, threads: 1 };
  for (const device of ["native", "webgpu"] as const) {
    assert.equal(prepareWorker({ ...options, device })(), null);
  }
  assert.equal(prepareWorker({ ...options, workers: 0, device: "wasm" })(), null);
});
