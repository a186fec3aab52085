/** Quantiles over sample paths. */

/**
 * The quantile at `level` by linear interpolation at position `level * (n + 1)`, held at the ends.
 *
 * The result never leaves the two values it lies between and never falls when either of them rises,
 * rounding included: that is what keeps quantiles of high, low, open and close a valid candle.
 *
 * @param sorted at least one number, ascending
 * @param level in (0, 1)
 */
export function quantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length + 1);
  const rank = Math.floor(position); // from 1
  if (rank < 1) return sorted[0];
  if (rank >= sorted.length) return sorted[sorted.length - 1];
  const below = sorted[rank - 1];
  const above = sorted[rank];
  const fraction = position - rank;
  const between = below * (1 - fraction) + above * fraction;
  return Math.min(Math.max(between, below), above);
}

/**
 * Quantiles over the paths, for each step and column by itself.
 *
 * @param samples `[paths, horizon, 6]`
 * @param levels in (0, 1), in any order
 * @returns one `[horizon, 6]` for each level, in the order of `levels`; they do not cross
 */
export function quantilesOverPaths(
  samples: Float64Array,
  paths: number,
  levels: readonly number[],
): Float64Array[] {
  if (levels.length === 0) return []; // most requests ask for none: spare them the sorting
  const cells = samples.length / paths;
  const results = levels.map(() => new Float64Array(cells));
  const ascending = levels.map((_, index) => index).sort((a, b) => levels[a] - levels[b]);
  const values = new Float64Array(paths);
  for (let cell = 0; cell < cells; cell++) {
    for (let path = 0; path < paths; path++) values[path] = samples[path * cells + cell];
    values.sort();
    // Between near-equal values rounding can turn two levels around by one unit in the last place.
    let floor = -Infinity;
    for (const index of ascending) {
      floor = Math.max(floor, quantile(values, levels[index]));
      results[index][cell] = floor;
    }
  }
  return results;
}
