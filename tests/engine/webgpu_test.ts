/** WebGPU, where there is an adapter, and what becomes of a wish for it where there is none. */
import assert from "node:assert/strict";
import { graphicsAdapter, WebgpuError } from "../../src/inference/graphics_adapter.ts";
import { openWorkerReplica } from "../../src/inference/worker_replica.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { largestDifference } from "../parity/load_case.ts";
import {
  decodeAll,
  forecastAlone,
  openTinyReplica,
  tinyParts,
  tinySeries,
} from "./tiny_replica.ts";

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

/** Name of the adapter; null where there is none. With `KRONOS_REQUIRE_TOOLS=1` there must be one. */
async function adapterName(): Promise<string | null> {
  try {
    return (await graphicsAdapter()).name;
  } catch (error) {
    if (error instanceof WebgpuError && Deno.env.get("KRONOS_REQUIRE_TOOLS") !== "1") return null;
    throw error;
  }
}

const adapter = await adapterName();
const where = adapter ?? "no adapter: install mesa-vulkan-drivers and libvulkan1";

Deno.test({
  name: `WebGPU forecasts are those of WASM within 1e-4 (on ${where})`,
  ignore: adapter === null,
  fn: async () => {
    // A worker, so that the device and its buffers end with the test.
    const webgpu = await openWorkerReplica({ ...await tinyParts(), device: "webgpu" }, 300_000);
    const wasm = await openTinyReplica();
    for (
      const [time, changes] of [
        [1, { seed: 2, horizon: 3 }],
        [44, { seed: 3, paths: 2, horizon: 12, policy: "rolling" }],
        [44, { seed: 3, horizon: 8, policy: "exact" }],
        [33, { seed: 4, paths: 3, sampling: { temperature: 1.3, topK: 5, topP: 1 } }],
        [60, { seed: 5, sampling: { temperature: 1, topK: 0, topP: 1 } }],
        [30, { seed: 6, sampling: { temperature: 1, topK: 1, topP: 1 } }],
      ] as const
    ) {
      const input = tinySeries(time, changes);
      const expected = await forecastAlone(wasm, input, 4);
      const difference = largestDifference(await forecastAlone(webgpu, input, 4), expected);
      assert.ok(difference < 1e-4, `${time} candles: differs by ${difference}`);
    }
    await webgpu.close();
    await wasm.close();
  },
});

Deno.test({
  name:
    `on WebGPU a series gets the candles of WASM within 1e-4 beside any neighbour (on ${where})`,
  ignore: adapter === null,
  fn: async () => {
    const webgpu = await openWorkerReplica({ ...await tinyParts(), device: "webgpu" }, 300_000);
    const wasm = await openTinyReplica();
    const inputs = [7, 8, 9].map((seed) =>
      tinySeries(30 + seed, { seed, paths: 2, horizon: seed })
    );
    const series = [];
    for (const input of inputs) series.push({ ...await webgpu.prefill(input), input });
    const together = await decodeAll(webgpu, series, 4);
    for (const [i, input] of inputs.entries()) {
      const difference = largestDifference(together[i], await forecastAlone(wasm, input, 4));
      assert.ok(difference < 1e-4, `series ${i} differs by ${difference}`);
    }
    await webgpu.close();
    await wasm.close();
  },
});

/** The backend of another system: on this one it finds no adapter, whatever is installed. */
const NO_ADAPTER = { DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" };

Deno.test("a service without an adapter runs on WASM and says why, where WebGPU was asked for", async () => {
  for (
    const [device, warning] of [
      ["webgpu", "Cannot run on WebGPU: this machine has no adapter"],
      ["auto", null],
    ]
  ) {
    await using service = await ServiceProcess.ready({
      ...NO_ADAPTER,
      KRONOS_DEVICE: device!,
      KRONOS_WORKERS: "1",
    });
    const ready = await (await fetch(`${service.origin}/v1/readyz`)).json();
    assert.deepEqual([ready.device, ready.device_warning], ["wasm", warning]);
  }
});

Deno.test({
  name: `a service on WebGPU forecasts, and says so and that it is slow in software (on ${where})`,
  ignore: adapter === null,
  fn: async () => {
    await using service = await ServiceProcess.ready({ KRONOS_DEVICE: "webgpu" });
    const ready = await (await fetch(`${service.origin}/v1/readyz`)).json();
    assert.equal(ready.device, "webgpu");
    const { software } = await graphicsAdapter();
    assert.equal(ready.device_warning?.includes(adapter) ?? false, software);
  },
});
