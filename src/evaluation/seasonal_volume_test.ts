import assert from "node:assert/strict";
import { seasonalVolume } from "./seasonal_volume.ts";

const HOUR_MS = 3_600_000;

/** Candles of price 1 with these volumes. */
function candlesOf(volumes: readonly number[]): Float64Array {
  return Float64Array.from(volumes.flatMap((volume) => [1, 1, 1, 1, volume, volume]));
}

Deno.test("seasonalVolume() repeats the latest volume of the same time of day", () => {
  const volumes = Array.from({ length: 30 }, (_, hour) => hour);
  const times = Float64Array.from({ length: 33 }, (_, hour) => hour * HOUR_MS);
  assert.deepEqual([...seasonalVolume(candlesOf(volumes), times)], [6, 7, 8]);
});

Deno.test("seasonalVolume() of daily candles repeats the latest of the same day of the week", () => {
  const volumes = Array.from({ length: 9 }, (_, day) => day);
  const times = Float64Array.from({ length: 11 }, (_, day) => day * 24 * HOUR_MS);
  assert.deepEqual([...seasonalVolume(candlesOf(volumes), times)], [2, 3]);
});

Deno.test("seasonalVolume() of a time that the context lacks is the context's mean", () => {
  const times = Float64Array.of(0, HOUR_MS, 5 * HOUR_MS);
  assert.deepEqual([...seasonalVolume(candlesOf([2, 4]), times)], [3]);
});
