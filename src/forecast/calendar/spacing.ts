/** How far apart the candles of a series usually are. */
import { type Timestamp, wallMicros } from "../timestamps.ts";
import { DAY_MICROS } from "./day_numbers.ts";

/** So many calendar months, days of the wall clock, or microseconds. */
export interface Spacing {
  /** What is counted. */
  readonly unit: "months" | "days" | "micros";
  /** At least 1. */
  readonly count: bigint;
}

/** A gap that this share of all gaps has is the usual one; where none has, the median is. */
const USUAL_SHARE = 1 / 4;

/** Days that so many months take. */
const MONTHS: readonly { readonly count: bigint; readonly least: bigint; readonly most: bigint }[] =
  [
    { count: 1n, least: 28n, most: 31n },
    { count: 3n, least: 89n, most: 92n },
    { count: 6n, least: 181n, most: 184n },
    { count: 12n, least: 365n, most: 366n },
  ];

/** The most frequent gap, the least of those where several are; the median where none is frequent. */
function usualGap(instants: readonly bigint[]): bigint {
  const gaps = instants.slice(1).map((instant, i) => instant - instants[i]);
  const counts = new Map<bigint, number>();
  for (const gap of gaps) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const ascending = gaps.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return most >= gaps.length * USUAL_SHARE
    ? ascending.find((gap) => counts.get(gap) === most)!
    : ascending[Math.floor(ascending.length / 2)];
}

/** Days that the month of a date has, in UTC. */
export function daysOfMonth(date: Date): number {
  const end = new Date(date);
  end.setUTCMonth(date.getUTCMonth() + 1, 0);
  return end.getUTCDate();
}

/** Whether stamps are on one day of their months, or all at the end of theirs. */
function keepDayOfMonth(stamps: readonly Timestamp[]): boolean {
  const dates = stamps.map((stamp) => new Date(Number(wallMicros(stamp) / 1000n)));
  return dates.every((date) => date.getUTCDate() === dates[0].getUTCDate()) ||
    dates.every((date) => date.getUTCDate() === daysOfMonth(date));
}

/**
 * The usual spacing of stamps. Daylight saving does not count: days are days of the wall clock, and
 * less than a day is time that passes.
 *
 * @param stamps at least two, ascending
 */
export function spacingOf(stamps: readonly Timestamp[]): Spacing {
  const wall = usualGap(stamps.map(wallMicros));
  if (wall <= 0n || wall % DAY_MICROS !== 0n) {
    return { unit: "micros", count: usualGap(stamps.map(({ micros }) => micros)) };
  }
  const days = wall / DAY_MICROS;
  const months = MONTHS.find(({ least, most }) => days >= least && days <= most);
  // Four weeks are no month, nor are 30 days again and again.
  const even = new Set(
    stamps.slice(1).map((stamp, i) => wallMicros(stamp) - wallMicros(stamps[i])),
  );
  return months !== undefined && (even.size > 1 || keepDayOfMonth(stamps))
    ? { unit: "months", count: months.count }
    : { unit: "days", count: days };
}
