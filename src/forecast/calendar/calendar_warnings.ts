/** What is odd about the time stamps of a series. */
import type { Timestamp } from "../timestamps.ts";
import type { Warning } from "../warning.ts";
import { type Calendar, describeCalendar, zoneOf } from "./calendar.ts";
import { DAY_MICROS } from "./day_numbers.ts";
import { inferCalendar } from "./infer_calendar.ts";
import { isOpen, tradesOn } from "./open_hours.ts";
import { type Spacing, spacingOf } from "./spacing.ts";
import { type SpacingBreaks, spacingBreaks } from "./spacing_breaks.ts";
import { ZoneClock } from "./zone_clock.ts";

/** The stamps of a series. */
export interface SeriesTimes {
  /** Of the candles, ascending. */
  readonly past: readonly Timestamp[];
  /** To forecast, ascending, all after them. */
  readonly future: readonly Timestamp[];
  /** Which field of the request says them. */
  readonly field: "prediction_timestamps" | "horizon";
  /** As sent; null where none was. */
  readonly calendar: Calendar | null;
}

/** The first stamp when the market is closed; -1 for none. Hours count for less than a day alone. */
function firstClosed(
  stamps: readonly Timestamp[],
  { unit, count }: Spacing,
  calendar: Calendar,
): number {
  if (unit === "months" || count > (unit === "days" ? 1n : DAY_MICROS)) return -1;
  const clock = new ZoneClock(zoneOf(calendar));
  return stamps.findIndex((stamp) => {
    const instant = clock.instantOf(stamp);
    return unit === "days"
      ? !tradesOn(calendar, clock.wallAt(instant))
      : !isOpen(calendar, instant, clock);
  });
}

function pastWarnings({ gaps, irregular }: SpacingBreaks): Warning[] {
  const warnings: Warning[] = [];
  if (gaps.length > 0) {
    const message = gaps.length === 1
      ? "candles are missing before this one"
      : `candles are missing in ${gaps.length} places, the first before this one`;
    warnings.push({ code: "gap", message, field: "timestamps", index: gaps[0] });
  }
  if (irregular.length > 0) {
    warnings.push({
      code: "irregular_spacing",
      message: "the time stamps are not evenly spaced; the first that is off is named",
      field: "timestamps",
      index: irregular[0],
    });
  }
  return warnings;
}

function mismatch(
  { text }: Timestamp,
  calendar: Calendar,
  place: Pick<Warning, "field" | "index">,
): Warning {
  const message = `${text} is outside the calendar, ${describeCalendar(calendar)}`;
  return { code: "calendar_mismatch", message, ...place };
}

/** Whether stamps keep to the calendar that was sent, and to the one that the input keeps to. */
function calendarMismatches(
  { past, future, field, calendar }: SeriesTimes,
  spacing: Spacing,
  inferred: Calendar,
): Warning[] {
  const warnings: Warning[] = [];
  const outside = calendar === null ? -1 : firstClosed(past, spacing, calendar);
  if (calendar !== null && outside >= 0) {
    warnings.push(mismatch(past[outside], calendar, { field: "timestamps", index: outside }));
  }
  for (const kept of calendar === null ? [inferred] : [calendar, inferred]) {
    const index = firstClosed(future, spacing, kept);
    if (index < 0) continue;
    // What the service wrote itself is not in the request; the calendar that led to it is.
    const place = field === "horizon" ? { field: "calendar", index: null } : { field, index };
    warnings.push(mismatch(future[index], kept, place));
    break;
  }
  return warnings;
}

/** Warnings about the stamps of a series, the input's first. */
export function calendarWarnings(times: SeriesTimes): Warning[] {
  const { past, future, field, calendar } = times;
  if (past.length < 2) return []; // one stamp has no spacing to keep to
  const spacing = spacingOf(past);
  const inferred = inferCalendar(past, spacing);
  const kept = calendar ?? inferred;
  const warnings = [
    ...pastWarnings(spacingBreaks(past, spacing, kept)),
    ...calendarMismatches(times, spacing, inferred),
  ];
  if (field === "horizon") {
    if (calendar !== null) return warnings;
    const message = `no calendar was sent: the input keeps to ${describeCalendar(inferred)}`;
    return [...warnings, { code: "inferred_calendar", message, field: "calendar", index: null }];
  }
  const { gaps, irregular } = spacingBreaks([past[past.length - 1], ...future], spacing, kept);
  const first = Math.min(...gaps, ...irregular);
  if (first < Infinity) {
    const message = "the spacing differs from the input's; the first that is off is named";
    warnings.push({ code: "prediction_spacing", message, field, index: first - 1 });
  }
  return warnings;
}
