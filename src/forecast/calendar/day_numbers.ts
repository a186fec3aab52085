/** Days of a wall clock by their number from 1970, so that calendars are plain arithmetic. */

/** Microseconds of a minute. */
export const MINUTE_MICROS = 60_000_000n;

/** Microseconds of a day. */
export const DAY_MICROS = 86_400_000_000n;

/** The day that a wall clock shows, 0 for the first of 1970. */
export function dayOf(wallMicros: bigint): number {
  const sinceMidnight = ((wallMicros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  return Number((wallMicros - sinceMidnight) / DAY_MICROS);
}

/** A day's wall clock so many minutes after midnight. */
export function wallAt(day: number, minutes: number): bigint {
  return BigInt(day) * DAY_MICROS + BigInt(minutes) * MINUTE_MICROS;
}

/** Minutes that a wall clock shows after midnight, the begun one left out. */
export function minuteOf(wallMicros: bigint): number {
  return Number((wallMicros - wallAt(dayOf(wallMicros), 0)) / MINUTE_MICROS);
}

/** 1 (Monday) to 7; the first day of 1970 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((day + 3) % 7 + 7) % 7 + 1;
}
