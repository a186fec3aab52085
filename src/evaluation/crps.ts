/**
 * The continuous ranked probability score of an ensemble: the mean distance of its members to what came,
 * less half the mean distance between two of them. In the units of the members; less is better.
 */

/** Sums over the members of their distance to what came, and over unordered pairs of theirs. */
function distances(sorted: Float64Array, observed: number): { toObserved: number; pairs: number } {
  let toObserved = 0;
  let pairs = 0;
  sorted.forEach((member, i) => {
    toObserved += Math.abs(member - observed);
    pairs += (2 * i - sorted.length + 1) * member;
  });
  return { toObserved, pairs };
}

/**
 * The score of the members as they are, taken for the whole distribution.
 *
 * @param sorted at least one member, ascending
 */
export function crps(sorted: Float64Array, observed: number): number {
  const { toObserved, pairs } = distances(sorted, observed);
  return toObserved / sorted.length - pairs / sorted.length ** 2;
}

/**
 * The score of the distribution that the members were drawn from: pairs are of two different members, so
 * that its expectation does not depend on how many were drawn (Ferro 2014, doi:10.1002/qj.2270). It
 * flatters members that are spread more evenly than drawn ones. A single member has no pair: then it is
 * the absolute error.
 *
 * @param sorted at least one member, ascending
 */
export function fairCrps(sorted: Float64Array, observed: number): number {
  const { length } = sorted;
  const { toObserved, pairs } = distances(sorted, observed);
  return length === 1 ? toObserved : toObserved / length - pairs / (length * (length - 1));
}
