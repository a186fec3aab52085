/** The native device, where it is installed, and what becomes of a wish for it where it is not. */
import assert from "node:assert/strict";
import { openLocalReplica } from "../../src/inference/local_replica.ts";
import { nativeRuntime, NativeRuntimeError } from "../../src/inference/native_runtime.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { largestDifference } from "../parity/load_case.ts";
import { nativeMissing } from "./required_native.ts";
import { forecastAlone, openTinyReplica, tinyParts, tinySeries } from "./tiny_replica.ts";

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

Deno.test({
  name: "native forecasts are those of WASM within 1e-4 (needs deno task native:install)",
  ignore: nativeMissing(),
  fn: async () => {
    const native = await openLocalReplica({ ...await tinyParts(), device: "native" });
    const wasm = await openTinyReplica();
    for (const policy of ["rolling", "exact"] as const) {
      const input = tinySeries(44, { seed: 3, paths: 2, horizon: 12, policy });
      const difference = largestDifference(
        await forecastAlone(native, input),
        await forecastAlone(wasm, input),
      );
      assert.ok(difference < 1e-4, `differs by ${difference}`);
    }
    await native.close();
    await wasm.close();
  },
});

Deno.test("nativeRuntime() throws NativeRuntimeError where nothing is installed", () => {
  const nowhere = new URL("file:///nowhere/");
  assert.throws(() => nativeRuntime(nowhere), NativeRuntimeError);
});

Deno.test("a service that may not load the native runtime runs on WASM and says why", async () => {
  await using service = await ServiceProcess.ready({
    KRONOS_DEVICE: "native",
    KRONOS_WORKERS: "1",
  });
  const ready = await (await fetch(`${service.origin}/v1/readyz`)).json();
  assert.equal(ready.device, "wasm");
  assert.match(ready.device_warning, /^Cannot run natively: /);
});
