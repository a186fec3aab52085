import { FEATURES, VOLUME } from "../kronos/architecture.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/**
 * The seasonal-naive forecast of volume: what the latest candle of the context had at the same time of
 * day, for daily and longer candles on the same day of the week; the context's mean where none was.
 *
 * @param candles context, `[time, 6]`
 * @param times wall clock of context and forecast in milliseconds, `[time + horizon]`
 * @returns `[horizon]`
 */
export function seasonalVolume(candles: Float64Array, times: Float64Array): Float64Array {
  const length = candles.length / FEATURES;
  const intraday = times.subarray(0, length).some((time) => time % DAY_MS !== times[0] % DAY_MS);
  const season = intraday ? DAY_MS : WEEK_MS;
  const latest = new Map<number, number>();
  let sum = 0;
  for (let t = 0; t < length; t++) {
    const volume = candles[t * FEATURES + VOLUME];
    latest.set(times[t] % season, volume);
    sum += volume;
  }
  return times.slice(length).map((time) => latest.get(time % season) ?? sum / length);
}
