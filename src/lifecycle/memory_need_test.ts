import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../config.ts";
import { checkMemory, memoryNeedMb } from "./memory_need.ts";

const SIZES = {
  device: "wasm",
  workers: 1,
  cacheMb: 64,
  queueMb: 64,
  queueTokens: 1_000_000,
} as const;

Deno.test("memoryNeedMb() is at least the peak that was measured at the start, with nothing queued", () => {
  const idle = { ...SIZES, cacheMb: 1, queueMb: 1, queueTokens: 1 };
  assert.ok(memoryNeedMb(idle, 7e6) >= 294, "nano, one replica");
  assert.ok(memoryNeedMb({ ...idle, workers: 2 }, 7e6) >= 372, "nano, two replicas");
  assert.ok(memoryNeedMb(idle, 117e6) >= 571, "small, one replica");
});

Deno.test("memoryNeedMb() counts one replica on WebGPU, whatever is asked for", () => {
  const one = memoryNeedMb({ ...SIZES, device: "webgpu" }, 7e6);
  assert.equal(memoryNeedMb({ ...SIZES, device: "webgpu", workers: 4 }, 7e6), one);
});

Deno.test("memoryNeedMb() grows with each of its sizes", () => {
  const need = memoryNeedMb(SIZES, 7e6);
  for (const name of ["workers", "cacheMb", "queueMb", "queueTokens"] as const) {
    assert.ok(memoryNeedMb({ ...SIZES, [name]: 2 * SIZES[name] }, 7e6) > need, name);
  }
  assert.ok(memoryNeedMb(SIZES, 100e6) > need);
});

Deno.test("checkMemory() refuses what does not fit, and says what to set", async () => {
  const config = readConfig({ KRONOS_WORKERS: "2" });
  await checkMemory(config, 4e9);
  await assert.rejects(checkMemory(config, 100e6), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(
      error.message,
      /limit is 100 MB, and models\/nano needs \d+ MB .*KRONOS_WORKERS=2/,
    );
    return true;
  });
});

Deno.test("checkMemory() takes the limit of the settings before the machine's", async () => {
  await checkMemory(readConfig({ KRONOS_MEMORY_LIMIT_MB: "4000" }), 100e6);
  await assert.rejects(
    checkMemory(readConfig({ KRONOS_MEMORY_LIMIT_MB: "100" }), 4e9),
    ConfigError,
  );
});

Deno.test("checkMemory() leaves a model that is missing to whoever loads it", async () => {
  await checkMemory(readConfig({ KRONOS_MODEL_PATH: "models/none" }), 1);
});
