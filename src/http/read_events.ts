import type { ForecastEvent } from "../forecast/events.ts";
import { type Collector, isObject } from "./collector.ts";
import { EVENT_SCHEMAS } from "./event_schemas.ts";

/** One event; undefined where it has a problem, which is noted. */
function readEvent(
  collector: Collector,
  entry: unknown,
  horizon: number | undefined,
): ForecastEvent | undefined {
  if (!isObject(entry)) {
    collector.add([], "must be an object", "object");
    return undefined;
  }
  const before = collector.issues.length;
  const type = collector.below("type").value(EVENT_SCHEMAS.type, entry.type);
  if (type === undefined) return undefined;
  const schema = type === "max_drawdown"
    ? EVENT_SCHEMAS.drawdown
    : type === "range"
    ? EVENT_SCHEMAS.range
    : EVENT_SCHEMAS.level;
  const { level = NaN, low = NaN, high = NaN, step } = collector.fields<
    { level?: number; low?: number; high?: number; step?: number | null | undefined }
  >(schema, entry);
  if (low >= high) collector.add(["low"], "must be below high", "low_below_high");
  const at = step ?? horizon ?? 1; // without a horizon there is a problem elsewhere
  if (horizon !== undefined && at > horizon) {
    collector.add(["step"], `must be at most the horizon, ${horizon}`, "within_horizon");
  }
  if (collector.issues.length > before) return undefined;
  if (type === "max_drawdown") return { type, step: at };
  return type === "range" ? { type, low, high, step: at } : { type, level, step: at };
}

/**
 * Events that fit; null and absent ask for none.
 *
 * @param limit of their number, KRONOS_MAX_EVENTS
 * @param horizon undefined where that is not known for a problem of its own
 */
export function readEvents(
  collector: Collector,
  value: unknown,
  limit: number,
  horizon: number | undefined,
): ForecastEvent[] {
  if (value === undefined || value === null) return [];
  const events =
    collector.entries(value, limit, "KRONOS_MAX_EVENTS")?.map((entry, i) =>
      readEvent(collector.below(i), entry, horizon)
    ) ?? [];
  return events.filter((event) => event !== undefined);
}
