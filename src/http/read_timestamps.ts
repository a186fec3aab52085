/** The time stamps of a series: those of its candles, and those to forecast or their number. */
import type { Calendar } from "../forecast/calendar/calendar.ts";
import { continueTimestamps } from "../forecast/calendar/continue_timestamps.ts";
import { inferCalendar } from "../forecast/calendar/infer_calendar.ts";
import { spacingOf } from "../forecast/calendar/spacing.ts";
import { parseTimestamp, type Timestamp } from "../forecast/timestamps.ts";
import type { Collector, JsonObject } from "./collector.ts";
import { readCalendar } from "./read_calendar.ts";
import { FIELDS, MAX_CANDLES, MAX_HORIZON } from "./schemas.ts";

/** Stamps as far as they fit. */
export interface Timestamps {
  /** Those without a problem. */
  readonly stamps: readonly Timestamp[];
  /** How many were sent, or are to come; undefined where that cannot be told. */
  readonly count: number | undefined;
}

/** The stamps to forecast. */
export interface PredictionTimes extends Timestamps {
  /** The field that says which. */
  readonly field: "prediction_timestamps" | "horizon";
  /** As sent; null where none was. */
  readonly calendar: Calendar | null;
}

/** Time stamps as sent, undefined where one is no text. */
function readTexts(
  collector: Collector,
  value: unknown,
  limit: number,
  setting?: string,
): (string | undefined)[] | undefined {
  return collector.entries(value, limit, setting)?.map((entry, i) =>
    collector.below(i).value(FIELDS.timestamp, entry)
  );
}

/** Parses stamps and checks their order; what cannot be parsed is noted and left out of the order. */
function checkStamps(
  collector: Collector,
  texts: readonly (string | undefined)[],
  input: readonly Timestamp[],
): Timestamp[] {
  const stamps: Timestamp[] = [];
  texts.forEach((text, i) => {
    if (text === undefined) return;
    const stamp = parseTimestamp(text);
    if (stamp === null) {
      collector.add([i], "must be an ISO 8601 date and time that exists", "iso8601");
      return;
    }
    const [first = stamps[0], last, previous] = [input[0], input.at(-1), stamps.at(-1)];
    stamps.push(stamp);
    if (first !== undefined && stamp.zoned !== first.zoned) {
      collector.add(
        [i],
        "must have a zone if the others have one, and none if they have none",
        "one_kind_of_zone",
      );
    } else if (last !== undefined && stamp.micros <= last.micros) {
      collector.add([i], `must be later than ${last.text}`, "after_last_input");
    } else if (previous !== undefined && stamp.micros <= previous.micros) {
      collector.add([i], `must be later than ${previous.text}`, "strictly_ascending");
    }
  });
  return stamps;
}

/**
 * The stamps of the candles.
 *
 * @param limit the most there may be
 * @param setting the variable that sets it, for the message
 */
export function readTimestamps(
  collector: Collector,
  series: JsonObject,
  limit: number = MAX_CANDLES,
  setting?: string,
): Timestamps {
  const below = collector.below("timestamps");
  const texts = readTexts(below, series.timestamps, limit, setting);
  return { stamps: checkStamps(below, texts ?? [], []), count: texts?.length };
}

/** The stamps that go on after an input without a problem, as many as `horizon` says. */
function continued(
  collector: Collector,
  horizon: number,
  { stamps, count }: Timestamps,
  calendar: Calendar | null,
): readonly Timestamp[] {
  if (count === 1) {
    collector.add([], "needs at least two timestamps, to tell their spacing", "several_timestamps");
    return [];
  }
  const next = continueTimestamps(
    stamps,
    horizon,
    calendar ?? inferCalendar(stamps, spacingOf(stamps)),
  );
  if (next === null) collector.add([], "must not lead past the year 9999", "max_year");
  return next ?? [];
}

/**
 * The stamps to forecast, as sent or, for a `horizon`, as they go on after the input's.
 *
 * @param past the input's
 */
export function readPredictionTimes(
  collector: Collector,
  series: JsonObject,
  past: Timestamps,
): PredictionTimes {
  const before = collector.issues.length;
  const calendar = readCalendar(collector.below("calendar"), series.calendar);
  const { prediction_timestamps: sent } = series;
  const below = collector.below("horizon");
  const horizon = below.value(FIELDS.horizon.nullish(), series.horizon) ?? undefined;
  const byNumber = series.horizon !== undefined && series.horizon !== null;
  if (!byNumber || (sent !== undefined && sent !== null)) {
    if (byNumber) {
      below.add([], "must be absent where prediction_timestamps are sent", "one_of_two");
    }
    const future = collector.below("prediction_timestamps");
    const texts = readTexts(future, sent, MAX_HORIZON);
    const stamps = checkStamps(future, texts ?? [], past.stamps);
    return { stamps, count: texts?.length, field: "prediction_timestamps", calendar };
  }
  const clean = collector.issues.length === before && past.stamps.length > 0 &&
    past.stamps.length === past.count && isAscending(past.stamps);
  const stamps = horizon === undefined || !clean ? [] : continued(below, horizon, past, calendar);
  return { stamps, count: horizon, field: "horizon", calendar };
}

/** Whether stamps have no problem with each other. */
function isAscending(stamps: readonly Timestamp[]): boolean {
  return stamps.every((stamp, i) =>
    i === 0 || stamp.zoned === stamps[0].zoned && stamp.micros > stamps[i - 1].micros
  );
}
