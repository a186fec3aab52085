import { FEATURES } from "../kronos/architecture.ts";
import type { RequestWork } from "./admission.ts";
import type { SeriesRequest } from "./forecast.ts";

/**
 * A step costs as much as so many paths before its first path: measured with the default model, one
 * path takes 1.2 ms a step and 32 take 9.
 */
const STEP_UNITS = 4;

/** Tokens of prefill that cost as much as one path's step, measured likewise. */
const PREFILL_TOKENS_OF_UNIT = 2;

/** What the series of one request will cost together. */
export function workOf(series: readonly SeriesRequest[]): RequestWork {
  let tokens = 0;
  let units = 0;
  for (const { candles, horizon, paths } of series) {
    const time = candles.length / FEATURES;
    tokens += time + paths * horizon;
    units += time / PREFILL_TOKENS_OF_UNIT + horizon * (STEP_UNITS + paths);
  }
  return { tokens, units };
}
