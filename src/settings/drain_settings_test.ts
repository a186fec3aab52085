import assert from "node:assert/strict";
import { readConfig } from "../config.ts";

Deno.test("readConfig() takes phases that are not set from the platform", () => {
  const { lameDuckMs, drainTimeoutMs, graceMs } = readConfig({
    KRONOS_PLATFORM: "docker",
    KRONOS_LAME_DUCK_MS: "100",
  });
  assert.deepEqual([lameDuckMs, drainTimeoutMs, graceMs], [100, 8500, 10_000]);
});

Deno.test("readConfig() refuses phases that do not fit into each other, of every platform", () => {
  for (const platform of ["kubernetes", "docker", "deno_deploy"]) {
    readConfig({ KRONOS_PLATFORM: platform });
    assert.throws(
      () => readConfig({ KRONOS_PLATFORM: platform, KRONOS_LAME_DUCK_MS: "30000" }),
      /KRONOS_LAME_DUCK_MS=30000.*each must be less than the next/,
    );
  }
});
