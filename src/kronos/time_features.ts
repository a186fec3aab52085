/** The five time features of a candle. */

/** A date and time as written, whatever zone it was written for. */
export interface WallClock {
  /** 0 to 9999. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
}

/** Minute, hour, weekday (Monday 0), day of month and month, in the model's order. */
export function timeFeatures(
  { year, month, day, hour, minute }: WallClock,
): [minute: number, hour: number, weekday: number, day: number, month: number] {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC() would take the years 0 to 99 for 1900 to 1999
  return [minute, hour, (date.getUTCDay() + 6) % 7, day, month];
}
