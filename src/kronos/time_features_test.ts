import assert from "node:assert/strict";
import fc from "fast-check";
import { timeFeatures } from "./time_features.ts";

Deno.test("timeFeatures() is minute, hour, weekday from Monday, day and month", () => {
  const cases: [date: [number, number, number, number, number], features: number[]][] = [
    [[2024, 1, 1, 9, 30], [30, 9, 0, 1, 1]], // a Monday
    [[2024, 12, 29, 23, 59], [59, 23, 6, 29, 12]], // a Sunday
    [[2024, 2, 29, 0, 0], [0, 0, 3, 29, 2]],
    [[1970, 1, 1, 0, 0], [0, 0, 3, 1, 1]],
    [[1, 1, 1, 0, 0], [0, 0, 0, 1, 1]], // not the year 1901
    [[99, 12, 31, 0, 0], [0, 0, 3, 31, 12]],
  ];
  for (const [[year, month, day, hour, minute], features] of cases) {
    assert.deepEqual(timeFeatures({ year, month, day, hour, minute }), features);
  }
});

/** The weekday by Zeller's congruence, 0 for Monday. */
function zeller(year: number, month: number, day: number): number {
  const [y, m] = month < 3 ? [year - 1, month + 12] : [year, month];
  const century = Math.floor(y / 100);
  const ofCentury = y % 100;
  const h = day + Math.floor(13 * (m + 1) / 5) + ofCentury + Math.floor(ofCentury / 4) +
    Math.floor(century / 4) + 5 * century;
  return (h + 5) % 7;
}

Deno.test("timeFeatures() of any date has the weekday of Zeller's congruence", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 28 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      (year, month, day, hour, minute) => {
        assert.deepEqual(
          timeFeatures({ year, month, day, hour, minute }),
          [minute, hour, zeller(year, month, day), day, month],
        );
      },
    ),
  );
});
