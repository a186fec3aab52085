/** Places time stamps on the chart's axis, which shows the wall clock as it was written. */
import { parseTimestamp, type Timestamp } from "../src/forecast/timestamps.ts";

const MICROS_PER_S = 1e6;

/** How far the wall clock is ahead of the instant, in seconds. */
function aheadOf({ wall: { year, month, day, hour, minute }, micros }: Timestamp): number {
  const minutes = Number(micros / BigInt(60 * MICROS_PER_S));
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 - minutes * 60;
}

/** The times of one series: ascending as its instants are, though clocks may be put back. */
export class ChartClock {
  #aheadS: number | null = null;

  /** Seconds of the axis; null for what is no time stamp. */
  time(text: string): number | null {
    const stamp = parseTimestamp(text);
    if (stamp === null) return null;
    this.#aheadS ??= stamp.zoned ? aheadOf(stamp) : 0;
    return Number(stamp.micros) / MICROS_PER_S + this.#aheadS;
  }
}
