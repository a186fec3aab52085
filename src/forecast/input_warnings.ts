/** What is odd about an input, though not wrong. */
import { CLOSE, FEATURES } from "../kronos/architecture.ts";

/** One warning; `index` is the candle it is about, null where it is about all. */
export interface InputWarning {
  /** What is odd, for programs. */
  readonly code: "constant_input" | "irregular_spacing";
  /** What is odd, for a person. */
  readonly message: string;
  /** The field of the request that it is about. */
  readonly field: string;
  /** The candle that it is about, from 0; null where it is about all. */
  readonly index: number | null;
}

/** Column of the close. */

/**
 * Warnings about an input.
 *
 * @param candles `[time, 6]`
 * @param micros instants of the candles, microseconds
 */
export function inputWarnings(candles: Float64Array, micros: readonly bigint[]): InputWarning[] {
  const warnings: InputWarning[] = [];
  const time = candles.length / FEATURES;
  const closes = Array.from({ length: time }, (_, t) => candles[t * FEATURES + CLOSE]);
  if (time > 1 && closes.every((close) => close === closes[0])) {
    warnings.push({
      code: "constant_input",
      message: "every close is the same: the forecast has no movement to go by",
      field: "candles.close",
      index: null,
    });
  }
  const gaps = micros.slice(1).map((instant, i) => instant - micros[i]);
  const sorted = [...gaps].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const median = sorted[Math.floor(sorted.length / 2)];
  const irregular = gaps.findIndex((gap) => gap !== median);
  if (irregular >= 0) {
    warnings.push({
      code: "irregular_spacing",
      message: "the time stamps are not evenly spaced; the first that is off is named",
      field: "timestamps",
      index: irregular + 1,
    });
  }
  return warnings;
}
