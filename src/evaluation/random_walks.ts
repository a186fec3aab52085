/** The baselines of prices: walks without drift, as wide as the context's returns say. */
import { closeReturns, recentVolatility } from "../forecast/recent_volatility.ts";
import { CLOSE, FEATURES, PRICE_COLUMNS } from "../kronos/architecture.ts";
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

/** What returns are drawn by: less their mean, and scaled. */
interface Centring {
  readonly mean: number;
  readonly scale: number;
}

/** @param late whether the draws are to have the volatility of late */
function centringOf(returns: Float64Array, late: boolean): Centring {
  const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
  const centred = returns.map((r) => r - mean);
  const plain = volatility(centred);
  return { mean, scale: late && plain > 0 ? recentVolatility(centred) / plain : 1 };
}

/** Which of `count` returns each member draws at a step from 0. */
function drawReturns(
  walk: Walk,
  { step, members, seed, count }: Pick<WalkOptions, "step" | "members" | "seed"> & {
    readonly count: number;
  },
): Uint32Array {
  const uniform = new Float32Array(members);
  fillUniform(uniform, 0, members, { seed, path: WALKS.indexOf(walk), step, token: 1 });
  return Uint32Array.from(uniform, (u) => Math.floor(u * count));
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
  const sums = new Float64Array(members);
  if (walk.endsWith("gaussian")) {
    const uniform = new Float32Array(members);
    fillUniform(uniform, 0, members, { seed, path: WALKS.indexOf(walk), step, token: 0 });
    const scale = (late ? recentVolatility(returns) : volatility(returns)) * Math.sqrt(step);
    normals(uniform).forEach((z, i) => sums[i] = scale * z);
  } else {
    const { mean, scale } = centringOf(returns, late);
    const count = returns.length;
    for (let s = 0; s < step; s++) {
      drawReturns(walk, { step: s, members, seed, count }).forEach((drawn, i) => {
        sums[i] += scale * (returns[drawn] - mean);
      });
    }
  }
  return sums.map(Math.exp).sort();
}

/**
 * The paths of `ewma_bootstrap`, whole candles: each candle of the context is drawn with where its four
 * prices lay to the close before it. Their closes at a step are that walk's ensemble.
 *
 * @param candles of the context, `[time, 6]`, at least two
 * @param options `step` of which is the horizon
 * @returns `[members, step, 6]`, without volume and amount
 */
export function walkCandles(
  candles: Float64Array,
  { step: horizon, members, seed }: Omit<WalkOptions, "returns">,
): Float64Array {
  const returns = closeReturns(candles);
  const { mean, scale } = centringOf(returns, true);
  const paths = new Float64Array(members * horizon * FEATURES);
  const lastClose = candles[candles.length - FEATURES + CLOSE];
  const closes = new Float64Array(members); // of each path at the step before, logarithms
  for (let step = 0; step < horizon; step++) {
    const options = { step, members, seed, count: returns.length };
    drawReturns("ewma_bootstrap", options).forEach((drawn, member) => {
      const before = candles[drawn * FEATURES + CLOSE];
      const row = (member * horizon + step) * FEATURES;
      for (let price = 0; price < PRICE_COLUMNS; price++) {
        const move = Math.log(candles[(drawn + 1) * FEATURES + price] / before) - mean;
        paths[row + price] = lastClose * Math.exp(closes[member] + scale * move);
      }
      closes[member] += scale * (returns[drawn] - mean);
    });
  }
  return paths;
}
