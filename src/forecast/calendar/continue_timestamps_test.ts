import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTimestamp, type Timestamp } from "../timestamps.ts";
import { type Calendar, WEEKDAYS, zoneOf } from "./calendar.ts";
import { continueTimestamps } from "./continue_timestamps.ts";
import { isOpen } from "./open_hours.ts";
import { ZoneClock } from "./zone_clock.ts";

function stampsOf(texts: readonly string[]): Timestamp[] {
  return texts.map((text) => {
    const stamp = parseTimestamp(text);
    assert.ok(stamp, text);
    return stamp;
  });
}

function next(texts: string[], count: number, calendar: Calendar = "24/7"): string[] | undefined {
  return continueTimestamps(stampsOf(texts), count, calendar)?.map(({ text }) => text);
}

const NEW_YORK: Calendar = {
  session: { open: "09:30", close: "16:00", zone: "America/New_York", days: WEEKDAYS },
};

Deno.test("continueTimestamps() repeats the usual spacing past a gap", () => {
  const given = ["00", "01", "05", "06"].map((hour) => `2024-01-01T${hour}:00:00`);
  assert.deepEqual(next(given, 2), ["2024-01-01T07:00:00", "2024-01-01T08:00:00"]);
});

Deno.test("continueTimestamps() writes stamps as the last one is written", () => {
  const cases: [last: string, before: string, expected: string][] = [
    ["2024-01-02", "2024-01-01", "2024-01-03"],
    ["2024-01-01", "2023-12-31T12:00", "2024-01-01T12:00:00"],
    ["2024-01-01 10:00", "2024-01-01 09:00", "2024-01-01 11:00"],
    ["2024-01-01T10:00Z", "2024-01-01T09:59:30Z", "2024-01-01T10:00:30Z"],
    ["2024-01-01T10:00:00.000", "2024-01-01T09:00:00.000", "2024-01-01T11:00:00.000"],
    ["2024-01-01T10:00:00,5", "2024-01-01T10:00:00,25", "2024-01-01T10:00:00,75"],
    ["2024-01-01T10:00:00.123456000", "2024-01-01T10:00:00", "2024-01-01T10:00:00.246912000"],
    ["2024-01-01 23:30:00+05:30", "2024-01-01 23:00:00+05:30", "2024-01-02 00:00:00+05:30"],
    ["2024-01-01T10:00:00-0500", "2024-01-01T09:00:00-0500", "2024-01-01T11:00:00-0500"],
    ["2024-01-01T10:00:00+01", "2024-01-01T09:00:00+01", "2024-01-01T11:00:00+01"],
    ["2024-01-01T10:00:00-00:00", "2024-01-01T09:00:00-00:00", "2024-01-01T11:00:00-00:00"],
    ["1969-12-31T23:59:59.75", "1969-12-31T23:59:59.5", "1970-01-01T00:00:00.00"],
  ];
  for (const [last, before, expected] of cases) {
    assert.deepEqual(next([before, last], 1), [expected], last);
  }
});

Deno.test("continueTimestamps() goes on by calendar months, ends of months staying ends", () => {
  assert.deepEqual(next(["2023-11-30", "2023-12-31", "2024-01-31"], 3), [
    "2024-02-29",
    "2024-03-31",
    "2024-04-30",
  ]);
  assert.deepEqual(next(["2023-12-30", "2024-01-30", "2024-02-29"], 2), [
    "2024-03-30",
    "2024-04-30",
  ]);
  assert.deepEqual(next(["2023-04-01", "2023-07-01", "2023-10-01"], 2), [
    "2024-01-01",
    "2024-04-01",
  ]);
  assert.deepEqual(next(["2022-01-01", "2023-01-01"], 2), ["2024-01-01", "2025-01-01"]);
  // Four weeks again and again are no month.
  assert.deepEqual(next(["2024-01-01", "2024-01-29"], 1), ["2024-02-26"]);
});

Deno.test("continueTimestamps() leaves out weekends where it is told to", () => {
  const daily = ["2024-01-04", "2024-01-05"];
  assert.deepEqual(next(daily, 2), ["2024-01-06", "2024-01-07"]);
  assert.deepEqual(next(daily, 2, "weekdays"), ["2024-01-08", "2024-01-09"]);
  const hourly = ["2024-01-05T21:20:00", "2024-01-05T22:20:00"];
  assert.deepEqual(next(hourly, 2, "weekdays"), ["2024-01-05T23:20:00", "2024-01-08T00:20:00"]);
});

Deno.test("continueTimestamps() keeps to a session's hours through a weekend and daylight saving", () => {
  const given = ["2024-03-08T14:30:00-05:00", "2024-03-08T15:30:00-05:00"];
  assert.deepEqual(next(given, 2, NEW_YORK), [
    "2024-03-11T09:30:00-04:00",
    "2024-03-11T10:30:00-04:00",
  ]);
  const utc = ["2024-03-08T19:30:00Z", "2024-03-08T20:30:00Z"];
  assert.deepEqual(next(utc, 1, NEW_YORK), ["2024-03-11T13:30:00Z"]);
  const plain = ["2024-03-08T14:30:00", "2024-03-08T15:30:00"];
  assert.deepEqual(next(plain, 1, NEW_YORK), ["2024-03-11T09:30:00"]);
});

Deno.test("continueTimestamps() begins each session as long after its opening as the input does", () => {
  const given = ["2024-01-04T13:50:00", "2024-01-04T14:55:00"]; // 65 minutes from 09:30
  assert.deepEqual(next(given, 2, NEW_YORK), ["2024-01-05T09:30:00", "2024-01-05T10:35:00"]);
  const late = ["2024-01-04T00:00:00", "2024-01-04T12:00:00"];
  const morning: Calendar = {
    session: { open: "09:00", close: "10:00", zone: null, days: WEEKDAYS },
  };
  assert.deepEqual(next(late, 2, morning), ["2024-01-05T09:00:00", "2024-01-08T09:00:00"]);
});

Deno.test("continueTimestamps() takes a session over midnight for that of the day when it ends", () => {
  const forex: Calendar = {
    session: { open: "17:00", close: "17:00", zone: "America/New_York", days: WEEKDAYS },
  };
  const given = ["2024-01-05T15:00:00", "2024-01-05T16:00:00"]; // a Friday
  assert.deepEqual(next(given, 2, forex), ["2024-01-07T17:00:00", "2024-01-07T18:00:00"]);
  assert.deepEqual(next(["2024-01-04T17:00", "2024-01-05T17:00"], 2, forex), [
    "2024-01-07T17:00",
    "2024-01-08T17:00",
  ]);
});

Deno.test("continueTimestamps() is null past the year 9999", () => {
  assert.equal(next(["9999-12-30", "9999-12-31"], 1), undefined);
  assert.deepEqual(next(["9999-12-29", "9999-12-30"], 1), ["9999-12-31"]);
});

const zone = fc.constantFrom("America/New_York", "Europe/London", "Asia/Kathmandu", "UTC", null);
const clock = fc.integer({ min: 0, max: 1439 }).map((minutes) =>
  new Date(minutes * 60_000).toISOString().slice(11, 16)
);
const calendar: fc.Arbitrary<Calendar> = fc.oneof(
  fc.constantFrom<Calendar>("24/7", "weekdays"),
  fc.record({
    open: clock,
    close: clock,
    zone,
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  }).map((session) => ({ session })),
);
/** Evenly spaced input somewhere in a year with daylight saving, written in some way. */
const input = fc.record({
  start: fc.integer({ min: 0, max: 366 * 24 * 60 }),
  minutes: fc.constantFrom(1, 5, 7, 15, 60, 65, 240, 720, 1440, 10080),
  length: fc.integer({ min: 2, max: 30 }),
  zone: fc.constantFrom("", "Z", "+00:00", "-05:00", "+05:45"),
}).map(({ start, minutes, length, zone }) =>
  Array.from({ length }, (_, i) => {
    const ms = Date.UTC(2024, 0, 1) + (start + i * minutes) * 60_000;
    return new Date(ms).toISOString().slice(0, 19) + zone;
  })
);

Deno.test("stamps that go on ascend, come after the input, are as many as asked, within the calendar", () => {
  fc.assert(
    fc.property(input, calendar, fc.integer({ min: 1, max: 60 }), (texts, keeps, count) => {
      const given = stampsOf(texts);
      const result = continueTimestamps(given, count, keeps);
      assert.equal(result?.length, count);
      result.reduce((before, stamp) => {
        assert.ok(stamp.micros > before.micros, `${stamp.text} is after ${before.text}`);
        return stamp;
      }, given[given.length - 1]);
      const daily = given[1].micros - given[0].micros >= 86_400_000_000n;
      if (daily) return;
      const clock = new ZoneClock(zoneOf(keeps));
      for (const stamp of result) {
        assert.ok(isOpen(keeps, clock.instantOf(stamp), clock), stamp.text);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("stamps that go on in two parts are those that go on at once, without hours to keep", () => {
  fc.assert(fc.property(input, fc.constantFrom<Calendar>("24/7", "weekdays"), (texts, keeps) => {
    const given = stampsOf(texts);
    const all = continueTimestamps(given, 12, keeps) ?? [];
    const first = continueTimestamps(given, 5, keeps) ?? [];
    assert.deepEqual(all.slice(0, 5), first);
  }));
});
