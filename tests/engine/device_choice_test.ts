/** What runs a model, for what was asked for; see also the tests of each device. */
import assert from "node:assert/strict";
import type { EngineOptions } from "../../src/inference/open_engine.ts";
import { openEngine } from "../../src/inference/open_engine.ts";
import { graphicsAdapter, hasGraphicsProcessor } from "../../src/inference/graphics_adapter.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { onAdapter } from "./required_adapter.ts";
import { nativeMissing } from "./required_native.ts";

/** Device and warning of a model that is opened so. */
async function chosen(
  { device, precision }: Required<Pick<EngineOptions, "device" | "precision">>,
): Promise<[string, string | null]> {
  await using model = await TinyModelFolder.create();
  const modelPath = `${model.path}/model`;
  const engine = await openEngine({ modelPath, workers: 1, threads: 1, device, precision });
  await engine.close();
  return [engine.info.device, engine.info.deviceWarning];
}

Deno.test("int8 runs on WASM, without a warning, where nothing or WASM is asked for", async () => {
  for (const device of ["auto", "wasm"] as const) {
    assert.deepEqual(await chosen({ device, precision: "int8" }), ["wasm", null]);
  }
});

Deno.test({
  name: "int8 gives way to the native device, with a warning (needs deno task native:install)",
  ignore: nativeMissing(),
  fn: async () => {
    assert.deepEqual(
      await chosen({ device: "native", precision: "int8" }),
      ["native", "int8 is for wasm: native runs f32"],
    );
  },
});

Deno.test({
  name: `int8 gives way to WebGPU, with a warning (on ${onAdapter.name})`,
  ignore: onAdapter.missing,
  fn: async () => {
    const [device, warning] = await chosen({ device: "webgpu", precision: "int8" });
    assert.equal(device, "webgpu");
    assert.match(warning ?? "", /int8 is for wasm: webgpu runs f32$/);
    const { software } = await graphicsAdapter();
    assert.equal(warning?.startsWith("WebGPU runs in software"), software);
  },
});

Deno.test({
  name:
    `auto takes an adapter for a graphics processor unless it is software (on ${onAdapter.name})`,
  ignore: onAdapter.missing,
  fn: async () => {
    const { software } = await graphicsAdapter();
    assert.equal(await hasGraphicsProcessor(["/"]), !software, "with a device file");
    if (Deno.build.os === "linux") assert.equal(await hasGraphicsProcessor([]), false, "without");
  },
});
