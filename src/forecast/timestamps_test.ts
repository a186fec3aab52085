import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTimestamp, stampFeatures } from "./timestamps.ts";

const pad = (value: number, length = 2): string => String(value).padStart(length, "0");

/** A date that exists, from the calendar's own rules. */
const wallClock = fc.record({
  year: fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(1, 99, 1900, 2000, 2024)),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 31 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
}).map((wall) => ({ ...wall, day: Math.min(wall.day, daysIn(wall.year, wall.month)) }));

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  return [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

/** Days since 1970 of a date of the Gregorian calendar, counted year by year. */
function daysSince1970(year: number, month: number, day: number): number {
  const before = (y: number): number =>
    365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  let days = before(year - 1) - before(1969) + day - 1;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  return days;
}

const zone = fc.oneof(
  fc.constantFrom({ text: "", seconds: 0 }, { text: "Z", seconds: 0 }),
  fc.record({
    sign: fc.constantFrom(1, -1),
    hours: fc.integer({ min: 0, max: 23 }),
    minutes: fc.integer({ min: 0, max: 59 }),
    seconds: fc.integer({ min: 0, max: 59 }),
    form: fc.constantFrom("hh", "hhmm", "hh:mm", "hh:mm:ss", "hhmmss"),
  }).map(({ sign, hours, minutes, seconds, form }) => {
    const parts = form.includes("s")
      ? [hours, minutes, seconds]
      : form === "hh"
      ? [hours]
      : [hours, minutes];
    const [h, m = 0, s = 0] = parts;
    return {
      text: (sign < 0 ? "-" : "+") +
        parts.map((part) => pad(part)).join(form.includes(":") ? ":" : ""),
      seconds: sign * (h * 3600 + m * 60 + s),
    };
  }),
);

Deno.test("parseTimestamp() of any date in any form gives its instant and its wall clock", () => {
  fc.assert(
    fc.property(
      wallClock,
      zone,
      fc.constantFrom("T", " "),
      fc.constantFrom("date", "minutes", "seconds", "fraction"),
      fc.tuple(fc.constantFrom(".", ","), fc.stringMatching(/^\d{1,9}$/)),
      (wall, offset, separator, precision, [point, fraction]) => {
        const { year, month, day } = wall;
        const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
        const alone = precision === "date";
        const [hour, minute] = alone ? [0, 0] : [wall.hour, wall.minute];
        const second = alone || precision === "minutes" ? 0 : wall.second;
        const digits = precision === "fraction" ? fraction : "";
        const seconds = precision === "seconds" || precision === "fraction"
          ? `:${pad(second)}`
          : "";
        const time = `${separator}${pad(hour)}:${pad(minute)}${seconds}`;
        const text = alone
          ? date
          : `${date}${time}${digits === "" ? "" : point + digits}${offset.text}`;
        const days = daysSince1970(year, month, day);
        const ahead = alone ? 0 : offset.seconds;
        const whole = ((days * 24 + hour) * 60 + minute) * 60 + second - ahead;
        const micros = Number(digits.padEnd(6, "0").slice(0, 6));
        assert.deepEqual(parseTimestamp(text), {
          text,
          micros: BigInt(whole) * 1_000_000n + BigInt(micros),
          zoned: !alone && offset.text !== "",
          offsetSeconds: ahead,
          wall: { year, month, day, hour, minute },
        });
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("parseTimestamp() reads what toISOString() writes", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
      (date) => {
        const stamp = parseTimestamp(date.toISOString());
        assert.equal(stamp?.micros, BigInt(date.getTime()) * 1000n);
      },
    ),
  );
});

Deno.test("parseTimestamp() gives null for dates and times that do not exist", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 99 }),
      (year, month, day, hour, minute, second) => {
        const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) &&
          hour < 24 && minute < 60 && second < 60;
        const text = `${pad(year, 4)}-${pad(month)}-${pad(day)} ` +
          `${pad(hour)}:${pad(minute)}:${pad(second)}`;
        assert.equal(parseTimestamp(text) !== null, exists, text);
      },
    ),
    {
      numRuns: 2000,
      examples: [[2023, 2, 29, 0, 0, 0], [2000, 2, 29, 0, 0, 0], [1900, 2, 29, 0, 0, 0]],
    },
  );
});

Deno.test("parseTimestamp() gives null for any other text", () => {
  const wrong = [
    "",
    "2024",
    "2024-01",
    "24-01-01",
    "2024-1-1",
    "20240101",
    "2024-W01-1",
    "2024-001",
    "2024-01-01T",
    "2024-01-01T09",
    "2024-01-01T0930",
    "2024-01-01t09:30",
    "2024-01-01  09:30",
    "2024-01-01T09:30:00.",
    "2024-01-01T09:30:00.1234567890",
    "2024-01-01T09:30.5",
    "2024-01-01T09:30z",
    "2024-01-01T09:30 Z",
    "2024-01-01T09:30+24:00",
    "2024-01-01T09:30+05:60",
    "2024-01-01T09:30+05:30:60",
    "2024-01-01T09:30+5",
    "2024-01-01T09:30−05:00",
    "2024-01-01T09:30[Europe/Paris]",
    "2024-01-01Z",
    "+2024-01-01",
    "-0001-01-01",
    "2024-01-01\n",
    " 2024-01-01",
    "２０２４-01-01",
    "2024-01-01T09:30:60",
    "2024-01-01T24:00",
  ];
  for (const text of wrong) assert.equal(parseTimestamp(text), null, JSON.stringify(text));
  const form = /^\d{4}-\d\d-\d\d/;
  fc.assert(
    fc.property(fc.string({ unit: "binary" }).filter((text) => !form.test(text)), (text) => {
      assert.equal(parseTimestamp(text), null);
    }),
  );
});

Deno.test("parseTimestamp() orders by instants, to the microsecond", () => {
  const instants = [
    "2024-10-27T02:30:00+02:00",
    "2024-10-27T02:30:00+01:00",
    "2024-10-27T02:30:00Z",
  ]
    .map((text) => parseTimestamp(text)!.micros);
  assert.deepEqual(instants.map((micros) => micros - instants[0]), [
    0n,
    3_600_000_000n,
    7_200_000_000n,
  ]);
  const [a, b, c] = ["123456", "123457", "1234579"].map((fraction) =>
    parseTimestamp(`2024-01-01T00:00:00.${fraction}`)!.micros
  );
  assert.deepEqual([b - a, c - b], [1n, 0n]);
});

Deno.test("stampFeatures() is minute, hour, weekday, day and month of each wall clock", () => {
  const stamps = ["2024-02-29T23:59:00-11:00", "0001-01-01"].map((text) => parseTimestamp(text)!);
  assert.deepEqual([...stampFeatures(stamps)], [59, 23, 3, 29, 2, 0, 0, 0, 1, 1]);
  assert.equal(stampFeatures([]).length, 0);
});
