/** What a replica takes for a series it gives back when the series is released, not at a collection later. */
import assert from "node:assert/strict";
import { openTinyReplica, tinySeries } from "./tiny_replica.ts";

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

Deno.test("release() gives the memory of a series back at once", async () => {
  const replica = await openTinyReplica();
  const external = (): number => Deno.memoryUsage().external;
  const before = external();
  const { handle } = await replica.prefill(tinySeries(40, { seed: 1, paths: 256, horizon: 64 }));
  const cache = external() - before;
  await replica.release([handle]);
  assert.ok(external() - before < cache / 4, `${external() - before} bytes of ${cache} are left`);
  await replica.close();
});
