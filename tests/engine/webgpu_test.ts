/** WebGPU, where there is an adapter, and what becomes of a wish for it where there is none. */
import assert from "node:assert/strict";
import { graphicsAdapter } from "../../src/inference/graphics_adapter.ts";
import { openWorkerReplica } from "../../src/inference/worker_replica.ts";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { largestDifference } from "../parity/load_case.ts";
import { refusedDecoder } from "./refused_graphs.ts";
import { onAdapter } from "./required_adapter.ts";
import { decodeAll, forecastAlone, tinyParts, tinySeries } from "./tiny_replica.ts";

Deno.test({
  name:
    `WebGPU forecasts are those of WASM within 1e-4, alone and in company (on ${onAdapter.name})`,
  ignore: onAdapter.missing,
  fn: async () => {
    // Workers, so that what a runtime keeps ends with the test; one after the other.
    const forecasts: Float32Array[][] = [];
    for (const device of ["webgpu", "wasm"] as const) {
      const parts = async () => ({ ...await tinyParts(), device });
      const replica = await openWorkerReplica(parts, { timeoutMs: 300_000 });
      const candles: Float32Array[] = [];
      for (const [topK, topP] of [[0, 0.9], [5, 1], [0, 1]]) {
        const sampling = { temperature: 1, topK, topP };
        const changes = { seed: topK + 3, paths: 2, horizon: 5, sampling };
        candles.push(await forecastAlone(replica, tinySeries(44, changes), 4));
      }
      const inputs = [7, 8].map((seed) => tinySeries(30 + seed, { seed, paths: 2, horizon: seed }));
      if (device === "wasm") {
        for (const input of inputs) candles.push(await forecastAlone(replica, input, 4));
      } else {
        const series = [];
        for (const input of inputs) series.push({ ...await replica.prefill(input), input });
        candles.push(...await decodeAll(replica, series, 4));
      }
      await replica.close();
      forecasts.push(candles);
    }
    const [webgpu, wasm] = forecasts;
    webgpu.forEach((candles, i) => {
      const difference = largestDifference(candles, wasm[i]);
      assert.ok(difference < 1e-4, `forecast ${i} differs by ${difference}`);
    });
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
  name:
    `a service on WebGPU forecasts, and says so and that it is slow in software (on ${onAdapter.name})`,
  ignore: onAdapter.missing,
  fn: async () => {
    await using service = await ServiceProcess.ready({ KRONOS_DEVICE: "webgpu" });
    const ready = await (await fetch(`${service.origin}/v1/readyz`)).json();
    assert.equal(ready.device, "webgpu");
    const { software } = await graphicsAdapter();
    assert.equal(ready.device_warning?.includes(onAdapter.name) ?? false, software);
  },
});

for (
  const [when, warning] of [
    ["opening", /^Cannot run on WebGPU: Can't create a session/],
    ["running", /^Cannot run on WebGPU: .*'GPUBufferBinding'/],
  ] as const
) {
  Deno.test({
    name: `a model that WebGPU refuses in ${when} is served on WASM, and why is said ` +
      `(on ${onAdapter.name})`,
    ignore: onAdapter.missing,
    fn: async () => {
      await using model = await TinyModelFolder.create();
      const decoder = await Deno.readFile(`${model.path}/model/decoder.onnx`);
      await model.replaceFile("decoder.onnx", refusedDecoder(decoder, when));
      const settings = { ...model.settings, KRONOS_DEVICE: "webgpu" };
      await using service = await ServiceProcess.ready(settings);
      const ready = await (await service.get("/v1/readyz")).json();
      assert.equal(ready.device, "wasm");
      assert.match(ready.device_warning, warning);
      const response = await service.post("/v1/predict/single", predictRequest(20, 4));
      assert.equal(response.status, 200, await response.text());
    },
  });
}
