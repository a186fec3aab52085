/** Continues the time stamps of a series. */
import { parseTimestamp, type Timestamp } from "../forecast/timestamps.ts";

const DAY_MS = 86_400_000;
const SATURDAY = 6;
const SUNDAY = 0;

/** Spacings of calendar months, in days. */
const MONTH_DAYS = { least: 28, most: 31 };

/** The wall clock as milliseconds, as if it were UTC. */
function wallMs({ wall: { year, month, day, hour, minute } }: Timestamp, months = 0): number {
  return Date.UTC(year, month - 1 + months, day, hour, minute);
}

function weekend(ms: number): boolean {
  const day = new Date(ms).getUTCDay();
  return day === SATURDAY || day === SUNDAY;
}

/** The zone as it was written, to be written again. */
function zoneOf(text: string): string {
  return /(?:Z|[+-]\d{2}(?::?\d{2})?)$/.exec(text.slice(10))?.[0] ?? "";
}

/** The last day of the month keeps being the last, whatever the month's length. */
function monthLater(last: Timestamp, months: number): number {
  const { year, month, day, hour, minute } = last.wall;
  const endOf = (m: number): number => new Date(Date.UTC(year, m, 0)).getUTCDate();
  const end = endOf(month + months);
  const target = day === endOf(month) ? end : Math.min(day, end);
  return Date.UTC(year, month - 1 + months, target, hour, minute);
}

/**
 * The next `count` stamps: the usual spacing again, calendar months where the input is monthly, no
 * weekends where daily input has none. The wall clock goes on; a zone is written as it was.
 *
 * @param stamps at least two, ascending
 */
export function continueStamps(stamps: readonly Timestamp[], count: number): Timestamp[] {
  const times = stamps.map((stamp) => wallMs(stamp));
  const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  const spacing = gaps[Math.floor(gaps.length / 2)];
  const last = stamps[stamps.length - 1];
  const days = spacing / DAY_MS;
  const monthly = days >= MONTH_DAYS.least && days <= MONTH_DAYS.most;
  const weekdays = days === 1 && !times.some(weekend);
  const next: number[] = [];
  for (let step = 1, time = times[times.length - 1]; next.length < count; step++) {
    time = monthly ? monthLater(last, step) : time + spacing;
    if (!weekdays || !weekend(time)) next.push(time);
  }
  return next.map((time) => {
    const text = new Date(time).toISOString().slice(0, 19) + zoneOf(last.text);
    const stamp = parseTimestamp(text);
    if (stamp === null) throw new Error(`Cannot continue the time stamps: ${text} is none`);
    return stamp;
  });
}
