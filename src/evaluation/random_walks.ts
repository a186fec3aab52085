/** The baselines of prices: walks without drift, as wide as the context's returns say. */
import { recentVolatility } from "../forecast/recent_volatility.ts";
import { fillUniform } from "../kronos/noise.ts";

/** The walks, by name. */
export const WALKS = ["gaussian", "bootstrap", "ewma_gaussian", "ewma_bootstrap"] as const;

/** A baseline of prices. */
export type Walk = (typeof WALKS)[number];

/** Root mean square of returns: their volatility around no drift. */
export function volatility(returns: Float64Array): number {
  return Math.sqrt(returns.reduce((sum, r) => sum + r * r, 0) / returns.length);
}

/**
 * Standard normal numbers by the Box-Muller transform.
 *
 * @param uniforms as many, of (0, 1); an even count
 */
function normals(uniforms: Float32Array): Float64Array {
  return Float64Array.from(uniforms, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(uniforms[i - i % 2]));
    const angle = 2 * Math.PI * uniforms[i - i % 2 + 1];
    return radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** What a walk is drawn from. */
export interface WalkOptions {
  /** Log returns of the context, at least one. */
  readonly returns: Float64Array;
  /** Steps ahead, at least 1. */
  readonly step: number;
  /** Members of the ensemble, an even number. */
  readonly members: number;
  /** Fixes the random numbers. */
  readonly seed: number;
}

/**
 * Where a walk may be after some steps: an ensemble of closes as shares of the last one, ascending.
 * `gaussian` adds normal returns, `bootstrap` returns drawn from the context less their mean; `ewma_`
 * scales both to the volatility of late. Returns are logarithmic.
 */
export function walkEnsemble(
  walk: Walk,
  { returns, step, members, seed }: WalkOptions,
): Float64Array {
  const late = walk.startsWith("ewma_");
  const uniform = new Float32Array(members);
  const sums = new Float64Array(members);
  if (walk.endsWith("gaussian")) {
    fillUniform(uniform, 0, members, { seed, path: WALKS.indexOf(walk), step, token: 0 });
    const scale = (late ? recentVolatility(returns) : volatility(returns)) * Math.sqrt(step);
    normals(uniform).forEach((z, i) => sums[i] = scale * z);
  } else {
    const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
    const centred = returns.map((r) => r - mean);
    const plain = volatility(centred);
    const scale = late && plain > 0 ? recentVolatility(centred) / plain : 1;
    for (let s = 0; s < step; s++) {
      fillUniform(uniform, 0, members, { seed, path: WALKS.indexOf(walk), step: s, token: 1 });
      uniform.forEach((u, i) => sums[i] += scale * centred[Math.floor(u * centred.length)]);
    }
  }
  return sums.map(Math.exp).sort();
}
