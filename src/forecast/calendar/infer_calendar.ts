/** Tells from the time stamps of a series when its market trades. */
import { type Timestamp, wallMicros } from "../timestamps.ts";
import { type Calendar, WEEKDAYS } from "./calendar.ts";
import { DAY_MICROS, dayOf, MINUTE_MICROS, wallAt, weekdayOf } from "./day_numbers.ts";
import type { Spacing } from "./spacing.ts";

const MINUTES_OF_DAY = 1440;

/** Whole days that the hours of a session are taken from: the latest, since daylight saving moves them. */
const SESSION_DAYS = 10;

function stampDay(stamp: Timestamp): number {
  return dayOf(wallMicros(stamp));
}

/** How often a weekday has to pass without a candle before it counts as closed; a weekend, once. */
const CLOSED_PASSES = 2;

/** Weekdays on which the market trades, as far as stamps tell: all but those that pass without one. */
function tradedDays(stamps: readonly Timestamp[]): number[] {
  const days = stamps.map(stampDay);
  const [first, last] = [days[0], days[days.length - 1]];
  const seen = new Set(days.map(weekdayOf));
  const passes = (weekday: number): number =>
    Math.floor((last - first - (weekday - weekdayOf(first) + 7) % 7) / 7) + 1;
  const weekend = [6, 7].every((weekday) => !seen.has(weekday) && passes(weekday) > 0);
  return [1, 2, 3, 4, 5, 6, 7].filter((weekday) =>
    seen.has(weekday) || !(weekend && weekday > 5) && passes(weekday) < CLOSED_PASSES
  );
}

/** The most frequent of some numbers, where more than half are it. */
function majority(values: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, count] of counts) if (count > values.length / 2) return value;
  return null;
}

/** Minutes of the day when the first candle begins and the last one ends, where days agree on them. */
function hoursOf(
  stamps: readonly Timestamp[],
  spacing: bigint,
): { readonly open: number; readonly close: number } | null {
  const byDay = Map.groupBy(stamps, stampDay);
  // The first day of an input and the last may be parts.
  const whole = [...byDay.values()].slice(1, -1).slice(-SESSION_DAYS);
  if (whole.length < 2) return null;
  const minute = (stamp: Timestamp, later = 0n): number =>
    Number((wallMicros(stamp) - wallAt(stampDay(stamp), 0) + later) / MINUTE_MICROS);
  const open = majority(whole.map((day) => minute(day[0])));
  const close = majority(
    whole.map((day) => minute(day[day.length - 1], spacing + MINUTE_MICROS - 1n)),
  );
  if (open === null || close === null || close > MINUTES_OF_DAY) return null;
  return close < open + MINUTES_OF_DAY ? { open, close } : null;
}

function clockText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

/**
 * The calendar that stamps keep to, as far as they tell: hours where whole days begin and end alike
 * with a night between; days of the week but those that passed without a candle, twice or, for a
 * weekend, once.
 *
 * @param spacing theirs; the calendar of more than a day is always
 */
export function inferCalendar(stamps: readonly Timestamp[], { unit, count }: Spacing): Calendar {
  if (unit === "months" || unit === "days" && count > 1n) return "24/7";
  if (unit === "micros" && count >= DAY_MICROS) return "24/7";
  const days = tradedDays(stamps);
  const hours = unit === "days" ? null : hoursOf(stamps, count);
  if (hours === null) {
    if (days.length === 7) return "24/7";
    if (days.join() === WEEKDAYS.join()) return "weekdays";
    return { session: { open: "00:00", close: "24:00", zone: null, days } };
  }
  // A market that closes at night is taken to close at weekends until one is traded.
  const weekend = stamps.some((stamp) => weekdayOf(stampDay(stamp)) > 5);
  return {
    session: {
      open: clockText(hours.open),
      close: clockText(hours.close),
      zone: null,
      days: weekend ? days : days.filter((weekday) => weekday <= 5),
    },
  };
}
