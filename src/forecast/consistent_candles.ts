import { FEATURES } from "../kronos/architecture.ts";

/** Largest price, volume or amount that is valid input: float32 squares overflow past it. */
export const MAX_CANDLE_VALUE = 1e18;

/** The lowest forecast price, as a share of the last close of the input. */
export const MIN_PRICE_SHARE = 1e-3;

/**
 * Makes candles valid input again, in place: prices from a thousandth of the last close to
 * {@linkcode MAX_CANDLE_VALUE}, high the greatest and low the least of the four, volume and amount
 * from 0 to {@linkcode MAX_CANDLE_VALUE}.
 *
 * The model draws each column without regard to the others, so nothing but this relates them.
 *
 * @param candles `[rows, 6]`: open, high, low, close, volume, amount; finite numbers
 * @param lastClose above 0
 */
export function makeCandlesConsistent(candles: Float64Array, lastClose: number): void {
  // A close near the smallest number that is above 0 has no thousandth above 0.
  const minPrice = Math.max(lastClose * MIN_PRICE_SHARE, Number.MIN_VALUE);
  for (let row = 0; row < candles.length; row += FEATURES) {
    const open = clamp(candles[row], minPrice);
    const high = clamp(candles[row + 1], minPrice);
    const low = clamp(candles[row + 2], minPrice);
    const close = clamp(candles[row + 3], minPrice);
    candles[row] = open;
    candles[row + 1] = Math.max(open, high, low, close);
    candles[row + 2] = Math.min(open, high, low, close);
    candles[row + 3] = close;
    candles[row + 4] = clamp(candles[row + 4], 0);
    candles[row + 5] = clamp(candles[row + 5], 0);
  }
}

function clamp(value: number, min: number): number {
  return Math.min(Math.max(value, min), MAX_CANDLE_VALUE);
}
