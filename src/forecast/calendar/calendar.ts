/** When a market trades, as far as a forecast's time stamps go. */

/** Trading hours of a day; candles begin within them. */
export interface Session {
  /** `HH:MM`; at or after `close`, the session begins on the day before. */
  readonly open: string;
  /** `HH:MM`, `24:00` at most; no candle begins at or after it. */
  readonly close: string;
  /** Time zone of both, by its IANA name or an offset; null: the wall clock as written. */
  readonly zone: string | null;
  /** Days on which a session ends, 1 (Monday) to 7. */
  readonly days: readonly number[];
}

/** Always, Monday to Friday by the wall clock as written, or within trading hours. */
export type Calendar = "24/7" | "weekdays" | { readonly session: Session };

/** Days of `weekdays`, and of a session that names none. */
export const WEEKDAYS: readonly number[] = [1, 2, 3, 4, 5];

const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** A weekday's name; 1 is Monday. */
export function weekdayName(weekday: number): string {
  return NAMES[weekday - 1];
}

/** For a person: `09:30 to 16:00 America/New_York on Monday, Tuesday`. */
export function describeCalendar(calendar: Calendar): string {
  if (typeof calendar === "string") return calendar;
  const { open, close, zone, days } = calendar.session;
  const names = days.map(weekdayName).join(", ");
  return `${open} to ${close}${zone === null ? "" : ` ${zone}`} on ${names}`;
}

/** The zone of a session; null: the wall clock as written. */
export function zoneOf(calendar: Calendar): string | null {
  return typeof calendar === "string" ? null : calendar.session.zone;
}

/** Minutes after midnight of `HH:MM`. */
export function minutesOfText(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 60 + minutes;
}
