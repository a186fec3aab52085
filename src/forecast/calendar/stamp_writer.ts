/** Writes time stamps the way another one is written. */
import { ISO_8601, type Timestamp } from "../timestamps.ts";

const MICROS_OF_MS = 1000n;
const MICROS_OF_SECOND = 1_000_000n;

/** Digits of a fraction in microseconds. */
const FRACTION_DIGITS = 6;

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** An offset written like another: with colons or not, and as many parts or as it takes. */
function offsetLike(zone: string, seconds: number): string {
  if (zone === "Z") return zone;
  const colon = zone.includes(":") ? ":" : "";
  const total = Math.abs(seconds);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60].map(two);
  const written = zone.slice(1).replaceAll(":", "").length / 2;
  const needed = parts[2] !== "00" ? 3 : parts[1] !== "00" ? 2 : 1;
  // A zero keeps the sign that it was written with.
  const sign = seconds === 0 ? zone[0] : seconds < 0 ? "-" : "+";
  return sign + parts.slice(0, Math.max(written, needed)).join(colon);
}

/**
 * Writes wall clocks as text, with the separator, the zone's form and the digits of the seconds of
 * `model`; more digits where the moment needs them, so that nothing is rounded.
 *
 * @returns takes a wall clock in microseconds as if it were UTC, of the years 0 to 9999, and the offset
 * of its zone, which is not read where `model` has none
 */
export function stampWriter({ text }: Timestamp): (wall: bigint, offsetSeconds: number) => string {
  const match = ISO_8601.exec(text);
  if (match === null) throw new Error(`Cannot write time stamps like ${text}: it is none`);
  const [, , , , hour, , second, fraction = "", zone] = match;
  const separator = hour === undefined ? "T" : text[10];
  const point = text.includes(",") ? "," : ".";
  return (wall, offsetSeconds) => {
    const micros = ((wall % MICROS_OF_SECOND) + MICROS_OF_SECOND) % MICROS_OF_SECOND;
    const iso = new Date(Number((wall - micros) / MICROS_OF_MS)).toISOString();
    const [date, time] = [iso.slice(0, 10), iso.slice(11, 19)];
    if (hour === undefined && time === "00:00:00" && micros === 0n) return date;
    const needed = micros === 0n
      ? ""
      : String(micros).padStart(FRACTION_DIGITS, "0").replace(/0+$/, "");
    const digits = needed.padEnd(fraction.length, "0");
    const noSeconds = hour !== undefined && second === undefined && digits === "" &&
      time.endsWith(":00");
    return date + separator + (noSeconds ? time.slice(0, 5) : time) +
      (digits === "" ? "" : point + digits) +
      (zone === undefined ? "" : offsetLike(zone, offsetSeconds));
  };
}
