import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTimestamp, type Timestamp } from "../timestamps.ts";
import { type Calendar, WEEKDAYS } from "./calendar.ts";
import { calendarWarnings } from "./calendar_warnings.ts";
import { continueTimestamps } from "./continue_timestamps.ts";

function stampsOf(texts: readonly string[]): Timestamp[] {
  return texts.map((text) => parseTimestamp(text)!);
}

/** Code, field and index of each warning. */
function found(
  past: readonly Timestamp[],
  future: readonly Timestamp[],
  calendar: Calendar | null = null,
  field: "prediction_timestamps" | "horizon" = "prediction_timestamps",
): [code: string, field: string, index: number | null][] {
  return calendarWarnings({ past, future, calendar, field })
    .map(({ code, field, index }) => [code, field, index]);
}

/** Days of January 2024, which began on a Monday. */
function january(...days: number[]): Timestamp[] {
  return stampsOf(days.map((day) => `2024-01-${String(day).padStart(2, "0")}`));
}

const WORKDAYS = january(1, 2, 3, 4, 5, 8, 9, 10, 11, 12);

/** Half hours of six days, Monday to Friday and a Monday, from 09:30 to 16:00. */
const SESSIONS = [1, 2, 3, 4, 5, 8].flatMap((day) =>
  stampsOf(
    Array.from({ length: 13 }, (_, i) =>
      new Date(Date.UTC(2024, 0, day, 9, 30) + i * 1_800_000).toISOString().slice(0, 16)),
  )
);

Deno.test("calendarWarnings() finds nothing odd in even spacing, weekends and nights that are kept", () => {
  assert.deepEqual(found(january(1, 2, 3), january(4, 5)), []);
  assert.deepEqual(found(january(1), january(9)), [], "one stamp has no spacing");
  assert.deepEqual(found(WORKDAYS, january(15, 16)), []);
  assert.deepEqual(found(SESSIONS, stampsOf(["2024-01-09T09:30", "2024-01-09T10:00"])), []);
  const months = stampsOf(["2023-11-30", "2023-12-31", "2024-01-31"]);
  assert.deepEqual(found(months, stampsOf(["2024-02-29"])), []);
});

Deno.test("calendarWarnings() tells a gap from a stamp that is off, by the first of each", () => {
  const gap = stampsOf(["09:00", "09:01", "09:02", "09:05", "09:06", "09:09"].map(
    (time) => `2024-01-01T${time}`,
  ));
  const next = stampsOf(["2024-01-01T09:10"]);
  assert.deepEqual(found(gap, next), [["gap", "timestamps", 3]]);
  const off = stampsOf(["09:00:00", "09:01:00", "09:02:00", "09:03:30", "09:04:30"].map(
    (time) => `2024-01-01T${time}`,
  ));
  assert.deepEqual(found(off, stampsOf(["2024-01-01T09:05:30"])), [
    ["irregular_spacing", "timestamps", 3],
  ]);
});

Deno.test("calendarWarnings() names a holiday among weekdays as a gap", () => {
  assert.deepEqual(found(january(1, 2, 3, 5, 8, 9), january(10)), [["gap", "timestamps", 3]]);
});

Deno.test("calendarWarnings() warns of predictions on weekends that the input has none of", () => {
  assert.deepEqual(found(WORKDAYS, january(13, 14)), [
    ["calendar_mismatch", "prediction_timestamps", 0],
  ]);
});

Deno.test("calendarWarnings() warns of predictions outside the hours of the input", () => {
  const night = stampsOf(["2024-01-08T16:00", "2024-01-08T16:30"]);
  assert.deepEqual(found(SESSIONS, night).slice(0, 1), [
    ["calendar_mismatch", "prediction_timestamps", 0],
  ]);
});

Deno.test("calendarWarnings() warns of predictions spaced unlike the input", () => {
  assert.deepEqual(found(january(1, 2, 3), january(4, 6)), [
    ["prediction_spacing", "prediction_timestamps", 1],
  ]);
  assert.deepEqual(found(january(1, 2, 3), january(9, 10)), [
    ["prediction_spacing", "prediction_timestamps", 0],
  ]);
});

Deno.test("calendarWarnings() says which calendar was taken where a horizon came without one", () => {
  const [warning] = calendarWarnings({
    past: WORKDAYS,
    future: january(15),
    calendar: null,
    field: "horizon",
  });
  assert.deepEqual([warning.code, warning.field, warning.index], [
    "inferred_calendar",
    "calendar",
    null,
  ]);
  assert.match(warning.message, /weekdays/);
});

Deno.test("calendarWarnings() holds a calendar that was sent against the input, and its stamps too", () => {
  const everyDay = january(4, 5, 6, 7, 8);
  assert.deepEqual(found(everyDay, january(9), "weekdays", "horizon"), [
    ["calendar_mismatch", "timestamps", 2],
  ]);
  assert.deepEqual(found(WORKDAYS, january(13), "24/7", "horizon"), [
    ["gap", "timestamps", 5],
    ["calendar_mismatch", "calendar", null],
  ]);
});

Deno.test("stamps that go on by the calendar that the input keeps to are warned of in nothing", () => {
  const input = fc.record({
    start: fc.integer({ min: 0, max: 366 * 24 * 60 }),
    minutes: fc.constantFrom(1, 5, 15, 60, 65, 240, 1440),
    length: fc.integer({ min: 2, max: 200 }),
    calendar: fc.constantFrom<Calendar>("24/7", "weekdays", {
      session: { open: "09:30", close: "16:00", zone: "America/New_York", days: WEEKDAYS },
    }),
  });
  fc.assert(fc.property(input, ({ start, minutes, length, calendar }) => {
    const first = Date.UTC(2024, 0, 1) + start * 60_000;
    const seed = [first, first + minutes * 60_000].map((ms) => new Date(ms).toISOString());
    const past = continueTimestamps(stampsOf(seed), length, calendar) ?? [];
    const future = continueTimestamps(past, 40, calendar) ?? [];
    const odd = calendarWarnings({ past, future, calendar, field: "prediction_timestamps" });
    // What the input kept to by chance, having begun and ended where it did, is no rule.
    assert.deepEqual(odd.filter(({ code }) => code !== "calendar_mismatch"), []);
  }));
});
