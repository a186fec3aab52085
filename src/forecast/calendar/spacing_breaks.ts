import type { Timestamp } from "../timestamps.ts";
import { type Calendar, zoneOf } from "./calendar.ts";
import { DAY_MICROS } from "./day_numbers.ts";
import { isOpen, openHours, tradesOn } from "./open_hours.ts";
import type { Spacing } from "./spacing.ts";
import { ZoneClock } from "./zone_clock.ts";

/** Where stamps leave their spacing, by the index of the stamp after. */
export interface SpacingBreaks {
  /** At least one candle is missing before. */
  readonly gaps: readonly number[];
  /** Too early, or off by less than a candle. */
  readonly irregular: readonly number[];
}

function monthsBetween(a: Timestamp, b: Timestamp): bigint {
  return BigInt((b.wall.year - a.wall.year) * 12 + b.wall.month - a.wall.month);
}

/** What is missing between two instants less than a day apart by their spacing; 0n: nothing. */
function lateness(
  before: bigint,
  after: bigint,
  spacing: bigint,
  calendar: Calendar,
  clock: ZoneClock,
): bigint {
  const next = before + spacing;
  if (calendar === "24/7" || spacing >= DAY_MICROS || isOpen(calendar, next, clock)) {
    return after - next;
  }
  for (const { from } of openHours(calendar, before, clock)) {
    if (from <= before) continue;
    // A session's first candle may begin a little after its opening.
    return after >= from && after < from + spacing ? 0n : after - from;
  }
  return 0n;
}

/** The same for days of the wall clock. */
function lateDays(before: bigint, after: bigint, days: bigint, calendar: Calendar): bigint {
  let next = before + days * DAY_MICROS;
  while (days === 1n && next < after && !tradesOn(calendar, next)) next += DAY_MICROS;
  return after - next;
}

/**
 * Where stamps leave a spacing and a calendar, which explains nights and weekends.
 *
 * @param stamps ascending
 */
export function spacingBreaks(
  stamps: readonly Timestamp[],
  { unit, count }: Spacing,
  calendar: Calendar,
): SpacingBreaks {
  const clock = new ZoneClock(zoneOf(calendar));
  const gaps: number[] = [];
  const irregular: number[] = [];
  const instants = stamps.map((stamp) => clock.instantOf(stamp));
  for (let i = 1; i < stamps.length; i++) {
    const [before, after] = [instants[i - 1], instants[i]];
    const walls = [clock.wallAt(before), clock.wallAt(after)];
    let [late, candle] = [0n, count];
    if (unit === "months") late = monthsBetween(stamps[i - 1], stamps[i]) - count;
    else if (unit === "days") {
      late = lateDays(walls[0], walls[1], count, calendar);
      candle = count * DAY_MICROS;
    } else if (stamps[i].micros - stamps[i - 1].micros !== count && walls[1] - walls[0] !== count) {
      late = lateness(before, after, count, calendar, clock);
    }
    if (late >= candle) gaps.push(i);
    else if (late !== 0n) irregular.push(i);
  }
  return { gaps, irregular };
}
