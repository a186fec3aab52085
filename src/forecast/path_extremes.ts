import { CLOSE, FEATURES } from "../kronos/architecture.ts";

const HIGH = 1;
const LOW = 2;

/** What each path has reached up to each step; all `[paths, horizon]`. */
export interface PathExtremes {
  /** The highest high. */
  readonly highest: Float64Array;
  /** The lowest low. */
  readonly lowest: Float64Array;
  /** The greatest fall of a close below the highest before it, the last of the input included; 0 to 1. */
  readonly drawdown: Float64Array;
}

/**
 * Running extremes of paths, so that each event afterwards costs one look a path.
 *
 * @param samples `[paths, horizon, 6]`
 * @param lastClose of the input, above 0
 */
export function pathExtremes(
  samples: Float64Array,
  paths: number,
  lastClose: number,
): PathExtremes {
  const cells = samples.length / FEATURES;
  const horizon = cells / paths;
  const [highest, lowest, drawdown] = [0, 0, 0].map(() => new Float64Array(cells));
  for (let path = 0; path < paths; path++) {
    let [top, bottom, peak, fall] = [-Infinity, Infinity, lastClose, 0];
    for (let cell = path * horizon; cell < (path + 1) * horizon; cell++) {
      const row = cell * FEATURES;
      const close = samples[row + CLOSE];
      top = Math.max(top, samples[row + HIGH]);
      bottom = Math.min(bottom, samples[row + LOW]);
      peak = Math.max(peak, close);
      fall = Math.max(fall, (peak - close) / peak);
      highest[cell] = top;
      lowest[cell] = bottom;
      drawdown[cell] = fall;
    }
  }
  return { highest, lowest, drawdown };
}
