/** The times when candles may begin, as intervals of instants. */
import { type Calendar, minutesOfText, type Session, WEEKDAYS } from "./calendar.ts";
import { dayOf, minuteOf, wallAt, weekdayOf } from "./day_numbers.ts";
import type { ZoneClock } from "./zone_clock.ts";

/** From its begin to before its end, microseconds since 1970. */
export interface OpenHours {
  /** The first moment. */
  readonly from: bigint;
  /** The first moment after. */
  readonly to: bigint;
}

const DAYS_OF_WEEK = 7;

function beginsDayBefore({ open, close }: Session): boolean {
  return minutesOfText(open) >= minutesOfText(close);
}

/** The day that a wall clock trades for: the next one in the evening of a session over midnight. */
export function tradingDay(wall: bigint, session: Session): number {
  const evening = beginsDayBefore(session) && minuteOf(wall) >= minutesOfText(session.open);
  return dayOf(wall) + (evening ? 1 : 0);
}

/** The session that ends on a day. */
function hoursOfDay(session: Session, day: number, clock: ZoneClock): OpenHours {
  const first = beginsDayBefore(session) ? day - 1 : day;
  return {
    from: clock.instantAt(wallAt(first, minutesOfText(session.open))),
    to: clock.instantAt(wallAt(day, minutesOfText(session.close))),
  };
}

/**
 * When candles may begin, in order, without end: from a week before an instant on, so that the hours
 * it is in, or the last before it, are among them. Weekdays are one interval from Monday to Friday.
 *
 * @param clock of the session's zone; without one, it takes wall clocks for instants
 */
export function* openHours(
  calendar: Exclude<Calendar, "24/7">,
  instant: bigint,
  clock: ZoneClock,
): Generator<OpenHours> {
  const today = dayOf(clock.wallAt(instant));
  if (calendar === "weekdays") {
    const monday = today - weekdayOf(today) + 1;
    for (let day = monday - DAYS_OF_WEEK;; day += DAYS_OF_WEEK) {
      yield {
        from: clock.instantAt(wallAt(day, 0)),
        to: clock.instantAt(wallAt(day + WEEKDAYS.length, 0)),
      };
    }
  }
  const { session } = calendar;
  for (let day = today - DAYS_OF_WEEK;; day++) {
    if (session.days.includes(weekdayOf(day))) yield hoursOfDay(session, day, clock);
  }
}

/** Whether the market trades on the day of a wall clock, whatever the hour. */
export function tradesOn(calendar: Calendar, wall: bigint): boolean {
  if (calendar === "24/7") return true;
  if (calendar === "weekdays") return WEEKDAYS.includes(weekdayOf(dayOf(wall)));
  const { session } = calendar;
  return session.days.includes(weekdayOf(tradingDay(wall, session)));
}

/** Whether a candle may begin at an instant. */
export function isOpen(calendar: Calendar, instant: bigint, clock: ZoneClock): boolean {
  const wall = clock.wallAt(instant);
  if (!tradesOn(calendar, wall)) return false;
  if (typeof calendar === "string") return true;
  const { session } = calendar;
  const { from, to } = hoursOfDay(session, tradingDay(wall, session), clock);
  return instant >= from && instant < to;
}
