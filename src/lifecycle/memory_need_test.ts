import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../config.ts";
import { checkMemory, memoryNeedMb } from "./memory_need.ts";

const SIZES = { workers: 1, cacheMb: 64, queueMb: 64, queueTokens: 1_000_000 };

Deno.test("memoryNeedMb() is at least what was measured: nano 205 MB, small 895 MB while opening", () => {
  assert.ok(memoryNeedMb({ ...SIZES, cacheMb: 1, queueMb: 1, queueTokens: 1 }, 7e6) >= 205);
  assert.ok(memoryNeedMb(SIZES, 117e6) >= 895);
});

Deno.test("memoryNeedMb() grows with each of its sizes", () => {
  const need = memoryNeedMb(SIZES, 7e6);
  for (const [name, value] of Object.entries(SIZES)) {
    assert.ok(memoryNeedMb({ ...SIZES, [name]: 2 * value }, 7e6) > need, name);
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
