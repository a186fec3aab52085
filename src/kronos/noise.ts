/**
 * Random numbers that depend on nothing but what they are for: seed, sample path, step and token
 * (s1 or s2). A counter-based generator, so that a path draws the same numbers alone, in any batch
 * and whatever ran before it.
 */

/** The two tokens of a step. */
export type TokenKind = 0 | 1;

/** What a row of random numbers is for. */
export interface NoiseKey {
  /** 0 to 2^53 - 1. */
  readonly seed: number;
  /** The sample path, from 0. */
  readonly path: number;
  /** The step of the forecast, from 0. */
  readonly step: number;
  /** 0 for s1, 1 for s2. */
  readonly token: TokenKind;
}

/** A bijective 32-bit mix (the multipliers and shifts of the "lowbias32" integer hash). */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

const GOLDEN = 0x9e3779b9; // 2^32 divided by the golden ratio: spreads small integers
const BINS = 2 ** 23; // float32 holds (k + 0.5) / 2^23 exactly, so 0 and 1 never occur

/**
 * Writes uniform numbers of the open interval (0, 1).
 *
 * @param out filled from `offset` on, `count` entries: one for each token of the vocabulary
 */
export function fillUniform(
  out: Float32Array,
  offset: number,
  count: number,
  key: NoiseKey,
): void {
  const low = key.seed >>> 0;
  const high = Math.floor(key.seed / 2 ** 32) >>> 0;
  const coordinates = mix(mix(Math.imul(key.path + 1, GOLDEN)) + key.step * 2 + key.token);
  const first = mix(low ^ coordinates);
  const second = mix(mix(high + GOLDEN) ^ Math.imul(first, GOLDEN) ^ coordinates);
  for (let i = 0; i < count; i++) {
    const bits = mix(mix(Math.imul(i + 1, GOLDEN) ^ first) + second);
    out[offset + i] = ((bits >>> 9) + 0.5) / BINS;
  }
}

/** Standard Gumbel noise of a uniform number: adding it to logits makes their argmax a draw. */
export function gumbel(uniform: number): number {
  return -Math.log(-Math.log(uniform));
}
