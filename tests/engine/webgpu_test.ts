/** WebGPU, where there is an adapter, and what becomes of a wish for it where there is none. */
import assert from "node:assert/strict";
import type { SeriesInput } from "../../src/inference/engine.ts";
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
  name: `WebGPU forecasts are those of WASM within 1e-4, alone and in company (on ${where})`,
  ignore: adapter === null,
  fn: async () => {
    // A worker, so that the device and its buffers end with the test.
    const webgpu = await openWorkerReplica({ ...await tinyParts(), device: "webgpu" }, 300_000);
    const wasm = await openTinyReplica();
    const near = async (candles: Float32Array, input: SeriesInput): Promise<void> => {
      const difference = largestDifference(candles, await forecastAlone(wasm, input, 4));
      assert.ok(difference < 1e-4, `seed ${input.seed} differs by ${difference}`);
    };
    for (const [topK, topP] of [[0, 0.9], [5, 1], [0, 1]]) {
      const sampling = { temperature: 1, topK, topP };
      const input = tinySeries(44, { seed: topK + 3, paths: 2, horizon: 5, sampling });
      await near(await forecastAlone(webgpu, input, 4), input);
    }
    const inputs = [7, 8].map((seed) => tinySeries(30 + seed, { seed, paths: 2, horizon: seed }));
    const series = [];
    for (const input of inputs) series.push({ ...await webgpu.prefill(input), input });
    const together = await decodeAll(webgpu, series, 4);
    for (const [i, input] of inputs.entries()) await near(together[i], input);
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
