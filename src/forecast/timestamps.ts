/** Time stamps as text: the instant for ordering, the wall clock as written for the model. */
import { timeFeatures, type WallClock } from "../kronos/time_features.ts";
import { TIME_FEATURES } from "../kronos/architecture.ts";

/** A parsed time stamp. */
export interface Timestamp {
  /** As it was sent. */
  readonly text: string;
  /** Microseconds since 1970 in UTC; a stamp without a zone counts as UTC, for ordering alone. */
  readonly micros: bigint;
  /** Whether it carries a zone. */
  readonly zoned: boolean;
  /** Seconds that its zone is ahead of UTC; 0 without one. */
  readonly offsetSeconds: number;
  /** As written: nothing is shifted to UTC. */
  readonly wall: WallClock;
}

/** Groups: year, month, day, hour, minute, second, fraction, zone. */
export const ISO_8601: RegExp =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?)?$/;

/** Seconds that a zone is ahead of UTC (those of local mean times are no whole minutes); null for none. */
function zoneSeconds(zone: string): number | null {
  if (zone === "Z") return 0;
  const digits = zone.slice(1).replaceAll(":", "").padEnd(6, "0");
  const [hours, minutes, seconds] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return (zone[0] === "-" ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
}

/**
 * Parses ISO 8601: a date alone, `T` or a space, fractions (to the microsecond), `Z`, an offset or no
 * zone. Null for anything else, dates that do not exist included.
 */
export function parseTimestamp(text: string): Timestamp | null {
  const match = ISO_8601.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) =>
    Number(part ?? 0)
  );
  const [fraction, zone] = [match[7] ?? "", match[8]];
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC() would take the years 0 to 99 for 1900 to 1999
  if (date.getUTCDate() !== day) return null; // e.g. the 30th of February is in March
  date.setUTCHours(hour, minute, second);
  const offset = zone === undefined ? 0 : zoneSeconds(zone);
  if (offset === null) return null;
  const micros = BigInt(date.getTime() - offset * 1000) * 1000n +
    BigInt(fraction.padEnd(6, "0").slice(0, 6));
  const wall = { year, month, day, hour, minute };
  return { text, micros, zoned: zone !== undefined, offsetSeconds: offset, wall };
}

/** The wall clock in microseconds, as if it were UTC: as written, below the minute too. */
export function wallMicros({ micros, offsetSeconds }: Timestamp): bigint {
  return micros + BigInt(offsetSeconds) * 1_000_000n;
}

/** The wall clock in milliseconds, as if it were UTC, to the minute: what an evaluation goes by. */
export function wallMilliseconds({ wall: { year, month, day, hour, minute } }: Timestamp): number {
  // Date.UTC() would take the years 0 to 99 for 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month - 1, day) + (hour * 60 + minute) * 60_000;
}

/** Time features of consecutive stamps, `[stamps, 5]`. */
export function stampFeatures(stamps: readonly Timestamp[]): Int32Array {
  const out = new Int32Array(stamps.length * TIME_FEATURES);
  stamps.forEach(({ wall }, i) => out.set(timeFeatures(wall), i * TIME_FEATURES));
  return out;
}
