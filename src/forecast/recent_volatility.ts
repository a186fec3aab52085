/** How much a series has moved of late. */
import { CLOSE, FEATURES } from "../kronos/architecture.ts";

/** Weight of a return's square relative to the one after it: RiskMetrics' 0.97 for returns of the past months. */
const DECAY = 0.97;

/** Log returns of the closes of `[time, 6]` candles, one fewer than candles. */
export function closeReturns(candles: Float64Array): Float64Array {
  return Float64Array.from(
    { length: candles.length / FEATURES - 1 },
    (_, t) => Math.log(candles[(t + 1) * FEATURES + CLOSE] / candles[t * FEATURES + CLOSE]),
  );
}

/** Root mean square of returns, each square weighted by 0.97 to the power of its age. */
export function recentVolatility(returns: Float64Array): number {
  let squares = 0;
  let weights = 0;
  for (const r of returns) {
    squares = DECAY * squares + r * r;
    weights = DECAY * weights + 1;
  }
  return Math.sqrt(squares / weights);
}
