/** The candles of a series. */
import type { Warning } from "../forecast/warning.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { Collector, JsonObject } from "./collector.ts";
import { type Candle, FIELDS, MAX_CANDLES } from "./schemas.ts";
import { MAX_VALUE } from "./value_schemas.ts";

/**
 * Candles as sent; of one with a problem, the fields that have none.
 *
 * @param limit the most there may be
 * @param setting the variable that sets it, for the message
 */
export function readCandles(
  collector: Collector,
  series: JsonObject,
  limit: number = MAX_CANDLES,
  setting?: string,
): Partial<Candle>[] | undefined {
  const all = collector.below("candles");
  return all.entries(series.candles, limit, setting)?.map((entry, i) => {
    const candle = all.below(i).fields(FIELDS.candle, entry);
    const { open = NaN, high = NaN, low = NaN, close = NaN } = candle;
    // Comparisons with NaN are false: a field that has a problem of its own gets no second one.
    if (high < open || high < close) {
      all.add([i, "high"], "must be at least open and close", "high_is_highest");
    }
    if (low > open || low > close) {
      all.add([i, "low"], "must be at most open and close", "low_is_lowest");
    }
    return candle;
  });
}

/** Candles as the forecaster takes them, `[time, 6]`; what is absent is filled in. */
export function flatCandles(candles: readonly Candle[]): Float64Array {
  const out = new Float64Array(candles.length * FEATURES);
  candles.forEach(({ open, high, low, close, volume, amount }, i) => {
    const traded = volume ?? 0;
    // Derived like the reference's, but never more than an amount may be: float32 sums overflow.
    const turnover = amount ?? Math.min(MAX_VALUE, traded * (open + high + low + close) / 4);
    out.set([open, high, low, close, traded, turnover], i * FEATURES);
  });
  return out;
}

/** How a column that a candle lacks is filled in, and whether it is odd that no candle has it. */
const FILLED = [
  { name: "volume", taken: "0 was taken", oddThroughout: true },
  // Without any amount all are derived alike.
  { name: "amount", taken: "volume times the mean price was taken", oddThroughout: false },
] as const;

/** Warnings of what `flatCandles()` filled in, by the first candle. */
export function repairWarnings(candles: readonly Candle[]): Warning[] {
  return FILLED.flatMap(({ name, taken, oddThroughout }) => {
    const lacks = (candle: Candle): boolean => (candle[name] ?? null) === null;
    const absent = candles.filter(lacks).length;
    if (absent === 0 || absent === candles.length && !oddThroughout) return [];
    return [{
      code: "repaired_candles",
      message: `${absent} of ${candles.length} candles have no ${name}: ${taken}`,
      field: `candles.${name}`,
      index: candles.findIndex(lacks),
    }];
  });
}
