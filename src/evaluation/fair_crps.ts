/**
 * The continuous ranked probability score of an ensemble: its mean distance to what came, less half
 * the mean distance between two of its members. In the units of the members; less is better.
 *
 * "Fair": pairs are of two different members, so that its expectation does not depend on how many
 * members were drawn (Ferro 2014, doi:10.1002/qj.2270). A single member has no pair: then it is the
 * absolute error.
 *
 * @param sorted at least one member, ascending
 */
export function fairCrps(sorted: Float64Array, observed: number): number {
  const { length } = sorted;
  let distance = 0;
  let spread = 0; // sum of differences over the unordered pairs
  for (let i = 0; i < length; i++) {
    distance += Math.abs(sorted[i] - observed);
    spread += (2 * i - length + 1) * sorted[i];
  }
  return length === 1 ? distance : distance / length - spread / (length * (length - 1));
}
