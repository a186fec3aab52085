import { FEATURES, PRICE_COLUMNS } from "../kronos/architecture.ts";

/**
 * Shifts the four prices of every candle, in place, so that the paths leave from the real last close.
 *
 * Tokens have a resolution: they say what the last candle was up to a rounding, and a path goes on
 * from there. Over the first steps that error is as large as what there is to forecast. It stays in
 * every price of a path that went on from it, so that the shift is the same at each step; one that
 * fades with the horizon scored no better (docs/evaluation.md).
 *
 * @param samples `[paths, horizon, 6]`
 * @param difference the real last close less the one that the tokens say
 */
export function anchorPaths(samples: Float64Array, difference: number): void {
  for (let row = 0; row < samples.length; row += FEATURES) {
    for (let column = 0; column < PRICE_COLUMNS; column++) samples[row + column] += difference;
  }
}
