import assert from "node:assert/strict";
import { parseTimestamp } from "../forecast/timestamps.ts";
import { continueStamps } from "./spacing.ts";

function next(texts: string[], count: number): string[] {
  return continueStamps(texts.map((text) => parseTimestamp(text)!), count).map(({ text }) => text);
}

Deno.test("continueStamps() repeats the usual spacing past a gap", () => {
  const given = [
    "2024-01-01T00:00:00",
    "2024-01-01T01:00:00",
    "2024-01-01T05:00:00",
    "2024-01-01T06:00:00",
  ];
  assert.deepEqual(next(given, 2), ["2024-01-01T07:00:00", "2024-01-01T08:00:00"]);
});

Deno.test("continueStamps() skips weekends where daily input has none, and keeps them where it has", () => {
  const weekdays = ["2024-01-03", "2024-01-04", "2024-01-05"];
  assert.deepEqual(next(weekdays, 2), ["2024-01-08T00:00:00", "2024-01-09T00:00:00"]);
  const everyDay = ["2024-01-05", "2024-01-06", "2024-01-07"];
  assert.deepEqual(next(everyDay, 1), ["2024-01-08T00:00:00"]);
});

Deno.test("continueStamps() goes on by calendar month, the last day staying the last", () => {
  const ends = ["2023-11-30", "2023-12-31", "2024-01-31"];
  assert.deepEqual(next(ends, 3), [
    "2024-02-29T00:00:00",
    "2024-03-31T00:00:00",
    "2024-04-30T00:00:00",
  ]);
});

Deno.test("continueStamps() writes a zone as it was", () => {
  const given = ["2024-01-01T00:00:00+05:30", "2024-01-01T00:05:00+05:30"];
  assert.deepEqual(next(given, 1), ["2024-01-01T00:10:00+05:30"]);
});
