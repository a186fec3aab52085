import assert from "node:assert/strict";
import { parseServerTiming } from "./server_timing.ts";

Deno.test("parseServerTiming() reads each phase's milliseconds", () => {
  assert.deepEqual(parseServerTiming("queue;dur=0.0, decode;dur=120.5,total; dur=150"), {
    queue: 0,
    decode: 120.5,
    total: 150,
  });
});

Deno.test("parseServerTiming() of a proxy's answer without the header is empty", () => {
  assert.deepEqual(parseServerTiming(""), {});
  assert.deepEqual(parseServerTiming("cache;desc=hit"), {});
});
