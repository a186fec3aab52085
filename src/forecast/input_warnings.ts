/** What is odd about the candles of an input. */
import { CLOSE, FEATURES, PRICE_COLUMNS } from "../kronos/architecture.ts";
import { columnStatistics } from "../kronos/features.ts";
import type { Warning } from "./warning.ts";

/** From where candles are odd. */
export interface InputLimits {
  /** Candles in a row without any movement that make an input stale. */
  readonly staleCandles: number;
  /** Standard deviations where prices are cut before the model sees them. */
  readonly clipValue: number;
}

const PRICE_NAMES = ["open", "high", "low", "close"];

/** The longest run of candles that repeat one close and have no other price. */
function longestStandstill(candles: Float64Array): { first: number; length: number } {
  let longest = { first: 0, length: 0 };
  let run = { first: 0, length: 0 };
  for (let t = 1; t < candles.length / FEATURES; t++) {
    const close = candles[(t - 1) * FEATURES + CLOSE];
    const prices = candles.subarray(t * FEATURES, t * FEATURES + PRICE_COLUMNS);
    const still = prices.every((price) => price === close);
    run = !still ? { first: t, length: 0 } : {
      first: run.length === 0 ? t : run.first,
      length: run.length + 1,
    };
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

/** The first price that is cut to so many standard deviations of its column. */
function firstClipped(
  candles: Float64Array,
  clip: number,
): { readonly time: number; readonly column: number; readonly count: number } | null {
  const { mean, std } = columnStatistics(candles);
  const cut = Array.from(candles.keys()).filter((i) => {
    const column = i % FEATURES;
    return column < PRICE_COLUMNS && Math.abs(candles[i] - mean[column]) > clip * std[column] &&
      std[column] > 0;
  });
  if (cut.length === 0) return null;
  return { time: Math.floor(cut[0] / FEATURES), column: cut[0] % FEATURES, count: cut.length };
}

/**
 * Warnings about candles, in the order of what they are about.
 *
 * @param candles `[time, 6]`
 */
export function inputWarnings(
  candles: Float64Array,
  { staleCandles, clipValue }: InputLimits,
): Warning[] {
  const warnings: Warning[] = [];
  const time = candles.length / FEATURES;
  const closes = Array.from({ length: time }, (_, t) => candles[t * FEATURES + CLOSE]);
  if (time > 1 && closes.every((close) => close === closes[0])) {
    warnings.push({
      code: "constant_input",
      message: "every close is the same: the forecast has no movement to go by",
      field: "candles.close",
      index: null,
    });
    return warnings;
  }
  const { first, length } = longestStandstill(candles);
  if (length >= staleCandles) {
    warnings.push({
      code: "stale_input",
      message: `${length} candles in a row repeat the close before them: a feed may have stopped`,
      field: "candles",
      index: first,
    });
  }
  const clipped = firstClipped(candles, clipValue);
  if (clipped !== null) {
    warnings.push({
      code: "clipped_candles",
      message:
        `${clipped.count} prices are more than ${clipValue} standard deviations from their ` +
        "mean: the model sees them cut to that",
      field: `candles.${PRICE_NAMES[clipped.column]}`,
      index: clipped.time,
    });
  }
  return warnings;
}
