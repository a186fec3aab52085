/**
 * The mean over the paths, for each step and column by itself.
 *
 * Paths are added in one order for every column, so that rounding keeps the order of columns: the
 * mean of consistent candles is a consistent candle.
 *
 * @param samples `[paths, horizon, 6]`
 * @returns `[horizon, 6]`
 */
export function meanOverPaths(samples: Float64Array, paths: number): Float64Array {
  const cells = samples.length / paths;
  const mean = samples.slice(0, cells);
  for (let path = 1; path < paths; path++) {
    const start = path * cells;
    for (let cell = 0; cell < cells; cell++) mean[cell] += samples[start + cell];
  }
  for (let cell = 0; cell < cells; cell++) mean[cell] /= paths;
  return mean;
}
