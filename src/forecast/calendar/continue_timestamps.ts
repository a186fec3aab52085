/** Continues the time stamps of a series. */
import { parseTimestamp, type Timestamp } from "../timestamps.ts";
import { type Calendar, zoneOf } from "./calendar.ts";
import { DAY_MICROS, dayOf } from "./day_numbers.ts";
import { openHours, tradesOn } from "./open_hours.ts";
import { daysOfMonth, type Spacing, spacingOf } from "./spacing.ts";
import { stampWriter } from "./stamp_writer.ts";
import { ZoneClock } from "./zone_clock.ts";

/** Stamps have four digits for the year. */
const LAST_WALL = BigInt(Date.UTC(10_000, 0, 1)) * 1000n - 1n;

const MICROS_OF_SECOND = 1_000_000n;

/** Where steps are counted: on a session's zone, else on the wall clock as written, taken for UTC. */
interface Place {
  readonly clock: ZoneClock;
  /** The stamps of the input on it. */
  readonly instants: readonly bigint[];
}

/** Calendar months, on the latest day of the month that the input has, or the month's last. */
function* monthlySteps({ clock, instants }: Place, months: number): Generator<bigint> {
  const walls = instants.map((instant) => clock.wallAt(instant));
  const last = walls[walls.length - 1];
  const sinceMidnight = last - BigInt(dayOf(last)) * DAY_MICROS;
  const dates = walls.map((wall) => new Date(dayOf(wall) * 86_400_000));
  const day = Math.max(...dates.map((date) => date.getUTCDate()));
  const ends = dates.every((date) => date.getUTCDate() === daysOfMonth(date));
  const [year, month] = [dates.at(-1)!.getUTCFullYear(), dates.at(-1)!.getUTCMonth()];
  for (let step = 1;; step++) {
    const next = new Date(0);
    next.setUTCFullYear(year, month + step * months, 1);
    const length = daysOfMonth(next);
    next.setUTCDate(ends ? length : Math.min(day, length));
    yield clock.instantAt(BigInt(next.getTime()) * 1000n + sinceMidnight);
  }
}

/** Days of the wall clock; of single days, those on which the market trades. */
function* dailySteps(
  { clock, instants }: Place,
  days: bigint,
  calendar: Calendar,
): Generator<bigint> {
  let wall = clock.wallAt(instants[instants.length - 1]);
  while (true) {
    wall += days * DAY_MICROS;
    if (days > 1n || tradesOn(calendar, wall)) yield clock.instantAt(wall);
  }
}

/**
 * Steps of time within the open hours. A session's first candle begins as long after the opening as
 * the input's did: with 65 minutes from 09:30 every day begins at 09:30.
 */
function* openSteps(
  { clock, instants }: Place,
  spacing: bigint,
  calendar: Exclude<Calendar, "24/7">,
): Generator<bigint> {
  const start = instants[instants.length - 1];
  let phase = 0n;
  for (const { from, to } of openHours(calendar, start, clock)) {
    if (from <= start) phase = (start - from) % spacing;
    if (to <= start) continue;
    const first = from > start ? from + phase : start + spacing;
    // Where no step of the input's meets the session, its opening is one.
    for (let at = first < to || from <= start ? first : from; at < to; at += spacing) yield at;
  }
}

function* timeSteps({ instants }: Place, spacing: bigint): Generator<bigint> {
  for (let at = instants[instants.length - 1] + spacing;; at += spacing) yield at;
}

function stepsOf(place: Place, { unit, count }: Spacing, calendar: Calendar): Iterable<bigint> {
  if (unit === "months") return monthlySteps(place, Number(count));
  if (unit === "days") return dailySteps(place, count, calendar);
  return calendar !== "24/7" && count < DAY_MICROS
    ? openSteps(place, count, calendar)
    : timeSteps(place, count);
}

/**
 * The next `count` stamps: the usual spacing again, calendar months where the input is monthly,
 * within the calendar's days and hours where the spacing is a day at most. Written as the last one
 * is; its offset follows a session's zone where it is that zone's.
 *
 * @param stamps at least two, ascending
 * @returns ascending, all after the last; null where they would go past the year 9999
 */
export function continueTimestamps(
  stamps: readonly Timestamp[],
  count: number,
  calendar: Calendar,
): Timestamp[] | null {
  const last = stamps[stamps.length - 1];
  const zone = zoneOf(calendar);
  const clock = new ZoneClock(zone);
  const instants = stamps.map((stamp) => clock.instantOf(stamp));
  const offset = BigInt(last.offsetSeconds) * MICROS_OF_SECOND;
  const follows = zone !== null && !last.text.endsWith("Z") &&
    (!last.zoned || clock.offsetAt(last.micros) === offset);
  const write = stampWriter(last);
  const next: Timestamp[] = [];
  let latest = last;
  for (const instant of stepsOf({ clock, instants }, spacingOf(stamps), calendar)) {
    const ahead = follows ? clock.offsetAt(instant) : zone === null ? 0n : offset;
    const wall = instant + ahead;
    if (wall > LAST_WALL) return null;
    const offsetSeconds = follows ? Number(ahead / MICROS_OF_SECOND) : last.offsetSeconds;
    const text = write(wall, offsetSeconds);
    const stamp = parseTimestamp(text);
    if (stamp === null) throw new Error(`Cannot continue ${last.text}: ${text} is no time stamp`);
    // Without a zone, the hour that daylight saving repeats is written once.
    if (stamp.micros <= latest.micros) continue;
    next.push(stamp);
    latest = stamp;
    if (next.length === count) break;
  }
  return next;
}
