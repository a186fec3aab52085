import { type Calendar, WEEKDAYS } from "../forecast/calendar/calendar.ts";
import { type Collector, isObject } from "./collector.ts";
import { CALENDAR_SCHEMAS } from "./calendar_schema.ts";

const OPEN = /^([01]\d|2[0-3]):[0-5]\d$/;
const CLOSE = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** A name or an offset; Temporal would take a whole time stamp for a zone. */
const ZONE = /^([A-Za-z][\w+/-]*|[+-]\d\d:\d\d)$/;

function isZone(text: string): boolean {
  if (!ZONE.test(text)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The calendar of a series; null where none is sent, or it has a problem, which is noted. */
export function readCalendar(collector: Collector, value: unknown): Calendar | null {
  if (value === undefined || value === null) return null;
  if (value === "24/7" || value === "weekdays") return value;
  if (!isObject(value)) {
    collector.add([], 'must be "24/7", "weekdays" or an object with a session', "calendar");
    return null;
  }
  const below = collector.below("session");
  const before = collector.issues.length;
  const { open, close, zone, days } = below.fields(CALENDAR_SCHEMAS.session, value.session);
  if (open !== undefined && !OPEN.test(open)) {
    below.add(["open"], "must be HH:MM, 23:59 at most", "clock");
  }
  if (close !== undefined && !CLOSE.test(close)) {
    below.add(["close"], "must be HH:MM, 24:00 at most", "clock");
  }
  if (typeof zone === "string" && !isZone(zone)) {
    below.add(["zone"], "must be a time zone, such as America/New_York", "time_zone");
  }
  if (collector.issues.length > before || open === undefined || close === undefined) return null;
  return { session: { open, close, zone: zone ?? null, days: days ?? WEEKDAYS } };
}
