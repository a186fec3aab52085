import assert from "node:assert/strict";
import { parseTimestamp, type Timestamp } from "../timestamps.ts";
import type { Calendar } from "./calendar.ts";
import { inferCalendar } from "./infer_calendar.ts";
import { spacingOf } from "./spacing.ts";

/** Stamps of some hours of each day from a Monday on, as far as days are traded. */
function days(count: number, hours: readonly string[], traded: (weekday: number) => boolean) {
  return Array.from({ length: count }, (_, day) => day)
    .filter((day) => traded(day % 7 + 1))
    .flatMap((day) => {
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      return hours.map((hour) => parseTimestamp(`${date}T${hour}`)!);
    });
}

const everyDay = () => true;
const weekday = (day: number) => day <= 5;
const MARKET = ["09:30", "10:30", "11:30", "12:30", "13:30", "14:30", "15:30"];

function inferred(stamps: readonly Timestamp[]): Calendar {
  return inferCalendar(stamps, spacingOf(stamps));
}

Deno.test("inferCalendar() needs a weekend without candles to tell weekdays", () => {
  assert.equal(inferred(days(10, ["00:00"], weekday)), "weekdays");
  assert.equal(inferred(days(5, ["00:00"], weekday)), "24/7");
  assert.equal(inferred(days(10, ["00:00"], everyDay)), "24/7");
});

Deno.test("inferCalendar() finds the hours of whole days that agree, half days aside", () => {
  const hours = { open: "09:30", close: "16:30", zone: null };
  const stamps = days(9, MARKET, weekday);
  assert.deepEqual(inferred(stamps), { session: { ...hours, days: [1, 2, 3, 4, 5] } });
  const half = stamps.filter(({ text }) =>
    !(text.startsWith("2024-01-03") && text > "2024-01-03T12")
  );
  assert.deepEqual(inferred(half), inferred(stamps));
  const always = days(9, MARKET, everyDay);
  assert.deepEqual(inferred(always), { session: { ...hours, days: [1, 2, 3, 4, 5, 6, 7] } });
});

Deno.test("inferCalendar() finds no hours where candles go through the night, or days are too few", () => {
  const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);
  assert.equal(inferred(days(9, hours, everyDay)), "24/7");
  assert.equal(inferred(days(9, hours, weekday)), "weekdays");
  assert.equal(inferred(days(3, MARKET, weekday)), "24/7");
});

Deno.test("inferCalendar() leaves weeks and months alone", () => {
  const stamps = (texts: string[]) => texts.map((text) => parseTimestamp(text)!);
  assert.equal(inferred(stamps(["2024-01-01", "2024-01-08", "2024-01-15"])), "24/7");
  assert.equal(inferred(stamps(["2024-01-01", "2024-02-01", "2024-03-01"])), "24/7");
});

Deno.test("inferCalendar() leaves out a day of the week that has passed twice without a candle", () => {
  const session = { open: "00:00", close: "24:00", zone: null };
  const gulf = (day: number) => day !== 5 && day !== 6;
  assert.deepEqual(inferred(days(21, ["00:00"], gulf)), {
    session: { ...session, days: [1, 2, 3, 4, 7] },
  });
  const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);
  assert.deepEqual(inferred(days(21, hours, (day) => day !== 6)), {
    session: { ...session, days: [1, 2, 3, 4, 5, 7] },
  });
  assert.equal(inferred(days(7, ["00:00"], (day) => day !== 3)), "24/7", "once is a holiday");
  assert.deepEqual(inferred(days(15, MARKET, (day) => day <= 4)), {
    session: { open: "09:30", close: "16:30", zone: null, days: [1, 2, 3, 4] },
  });
});
