/** A forecast depends on its own request alone: not on its neighbours, nor on how it was cut. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { SeriesInput } from "../../src/inference/engine.ts";
import { FEATURES } from "../../src/kronos/architecture.ts";
import { decodeAll, forecastAlone, openTinyReplica, tinySeries } from "./tiny_replica.ts";

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

const seriesArbitrary = fc.record({
  time: fc.integer({ min: 1, max: 60 }),
  horizon: fc.integer({ min: 1, max: 20 }),
  paths: fc.constantFrom(1, 3),
  seed: fc.maxSafeNat(),
  sampling: fc.record({
    temperature: fc.constantFrom(0.5, 1, 2),
    topK: fc.constantFrom(0, 1, 5, 1000),
    topP: fc.constantFrom(0.3, 0.9, 1),
  }),
}).map(({ time, ...changes }) => tinySeries(time, changes));

Deno.test("a series gets identical candles alone and beside any others of its cohort", async () => {
  const replica = await openTinyReplica();
  const mixes = fc.array(seriesArbitrary, { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(mixes, fc.constantFrom(1, 4, 16), async (inputs, chunkSteps) => {
      const alone: Float32Array[] = [];
      for (const input of inputs) alone.push(await forecastAlone(replica, input, chunkSteps));
      const cohorts = new Map<string, { handle: number; input: SeriesInput; index: number }[]>();
      for (const [index, input] of inputs.entries()) {
        const { handle, cohort } = await replica.prefill(input);
        cohorts.set(cohort, [...cohorts.get(cohort) ?? [], { handle, input, index }]);
      }
      for (const members of cohorts.values()) {
        const together = await decodeAll(replica, members, chunkSteps);
        members.forEach(({ index }, i) => assert.deepEqual(together[i], alone[index]));
      }
    }),
    { numRuns: 40 },
  );
  await replica.close();
});

Deno.test("a series gets identical candles whoever it shares each call with, in whatever order", async () => {
  const replica = await openTinyReplica();
  const [chunkSteps, chunks] = [4, 5];
  const inputs = [1, 2, 3].map((seed) => tinySeries(40 + seed, { seed, horizon: 20 }));
  const alone: Float32Array[] = [];
  for (const input of inputs) alone.push(await forecastAlone(replica, input, chunkSteps));
  const calls = fc.record({
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    together: fc.integer({ min: 1, max: 3 }),
  });
  const forecast = fc.array(calls, { minLength: chunks, maxLength: chunks });
  await fc.assert(
    fc.asyncProperty(forecast, async (turns) => {
      const handles: number[] = [];
      for (const input of inputs) handles.push((await replica.prefill(input)).handle);
      const candles: number[][] = inputs.map(() => []);
      for (const { order, together } of turns) {
        for (const call of [order.slice(0, together), order.slice(together)]) {
          if (call.length === 0) continue;
          const { chunks } = await replica.decode(call.map((index) => handles[index]), chunkSteps);
          call.forEach((index, i) => candles[index].push(...chunks[i].candles));
        }
      }
      candles.forEach((own, index) => assert.deepEqual(Float32Array.from(own), alone[index]));
      await replica.release(handles);
    }),
    { numRuns: 30 },
  );
  await replica.close();
});

Deno.test("series of one cohort decode in one call, each to its own horizon", async () => {
  const replica = await openTinyReplica();
  const inputs = [1, 2, 3].map((seed) => tinySeries(40 + seed, { seed, horizon: 8 * seed }));
  const prefilled = [];
  for (const input of inputs) prefilled.push(await replica.prefill(input));
  assert.equal(new Set(prefilled.map(({ cohort }) => cohort)).size, 1);
  const { chunks } = await replica.decode(prefilled.map(({ handle }) => handle), 16);
  const ends = chunks.map(({ steps, done }) => [steps, done]);
  assert.deepEqual(ends, [[8, true], [16, true], [16, false]]);
  await replica.close();
});

Deno.test("another seed gives another forecast, the same seed the same", async () => {
  const replica = await openTinyReplica();
  const input = tinySeries(30, { seed: 5, paths: 3 });
  const first = await forecastAlone(replica, input);
  assert.deepEqual(await forecastAlone(replica, input), first);
  assert.notDeepEqual(await forecastAlone(replica, { ...input, seed: 6 }), first);
  // Seeds that differ above 2^32 only.
  assert.notDeepEqual(await forecastAlone(replica, { ...input, seed: 5 + 2 ** 32 }), first);
  await replica.close();
});

Deno.test("paths of one series differ, and do not depend on how many there are", async () => {
  const replica = await openTinyReplica();
  const three = await forecastAlone(replica, tinySeries(30, { seed: 9, paths: 3 }));
  const one = await forecastAlone(replica, tinySeries(30, { seed: 9, paths: 1 }));
  assert.deepEqual(three.subarray(0, one.length), one);
  assert.notDeepEqual(three.subarray(one.length, 2 * one.length), one);
  await replica.close();
});

Deno.test("paths drawn in parts are those drawn together, bit by bit", async () => {
  const replica = await openTinyReplica();
  const whole = tinySeries(30, { seed: 9, paths: 32, horizon: 5 });
  const together = await forecastAlone(replica, whole);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 31 }), fc.nat(), async (firstPath, more) => {
      const paths = 1 + more % (32 - firstPath);
      const part = await forecastAlone(replica, { ...whole, firstPath, paths });
      const from = firstPath * whole.horizon * FEATURES;
      assert.deepEqual(part, together.subarray(from, from + part.length));
    }),
    { numRuns: 20 },
  );
  await replica.close();
});

Deno.test("decode() refuses a series that was released", async () => {
  const replica = await openTinyReplica();
  const { handle } = await replica.prefill(tinySeries(10, { seed: 1 }));
  await replica.release([handle]);
  await assert.rejects(() => replica.decode([handle], 4), /Cannot decode series \d+/);
  await replica.close();
});
