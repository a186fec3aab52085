/** What one window's forecast is worth, step by step, beside the baselines. */
import { quantile } from "../forecast/quantiles.ts";
import { closeReturns } from "../forecast/recent_volatility.ts";
import { CLOSE, FEATURES, VOLUME } from "../kronos/architecture.ts";
import { crps, fairCrps } from "./crps.ts";
import type { WindowForecast } from "./forecast_windows.ts";
import { type Walk, walkEnsemble, WALKS } from "./random_walks.ts";
import { seasonalVolume } from "./seasonal_volume.ts";

/** Steps that are scored: short and long, each four times the one before. */
export const SCORED_STEPS = [1, 4, 16, 64] as const;

/** Those of `SCORED_STEPS` that a horizon has, and its last step. */
export function scoredSteps(horizon: number): number[] {
  return [...SCORED_STEPS.filter((step) => step < horizon), horizon];
}

/** Bands whose coverage is counted, as shares of the probability in their middle. */
export const BANDS = [0.5, 0.8, 0.9] as const;

/** Members of a baseline's ensemble: enough that its own noise does not count, and an even number. */
const WALK_MEMBERS = 512;

/** Whatever forecasts a close. */
export type Contender = "model" | "last_value" | Walk;

/** Whatever forecasts a close, the model first. */
export const CONTENDERS: readonly Contender[] = ["model", "last_value", ...WALKS];

/** The scores of one step of one window. Prices are shares of the last close. */
export interface StepScore {
  /** Steps ahead. */
  readonly step: number;
  /** Fair continuous ranked probability score of the close. */
  readonly crps: Readonly<Record<Contender, number>>;
  /** The same of the model's paths taken for the whole distribution: what a client holds in hands. */
  readonly plainCrps: number;
  /** Absolute error of the model's mean close. */
  readonly error: number;
  /** Whether each of `BANDS` held the close, in their order: 1 or 0. */
  readonly covered: readonly number[];
  /** Where the close lies among the paths, in (0, 1). */
  readonly pit: number;
  /** Whether the mean close went the way that the close went; null where it did not move. */
  readonly direction: number | null;
  /** Absolute errors of volume as shares of the context's mean; null where that is 0. */
  readonly volume: { readonly model: number; readonly naive: number } | null;
}

/** The scores of a window. */
export interface WindowScore {
  /** The file that its series is from. */
  readonly file: string;
  /** The market of that file. */
  readonly market: string;
  /** Wall clock of the first forecast candle, milliseconds. */
  readonly time: number;
  /** One for each step that is scored, ascending. */
  readonly steps: readonly StepScore[];
  /** Share of raw candles that are inconsistent; null where none were looked at. */
  readonly inconsistent: number | null;
}

/** Where `observed` lies among sorted members, in (0, 1); between equal members in their middle. */
export function probabilityTransform(sorted: Float64Array, observed: number): number {
  const below = sorted.filter((value) => value < observed).length;
  const equal = sorted.filter((value) => value === observed).length;
  return (below + (equal + 1) / 2) / (sorted.length + 1);
}

/** Whether the middle `band` of the members holds `observed`, by the service's quantiles. */
export function covers(sorted: Float64Array, band: number, observed: number): boolean {
  const tail = (1 - band) / 2;
  return observed >= quantile(sorted, tail) && observed <= quantile(sorted, 1 - tail);
}

function scoreVolume(
  { actual, volume, window: { series, start }, context }: WindowForecast,
  steps: readonly number[],
): (StepScore["volume"])[] {
  const length = context.length / FEATURES;
  const horizon = volume.length;
  const naive = seasonalVolume(context, series.times.slice(start - length, start + horizon));
  let mean = 0;
  for (let t = 0; t < length; t++) mean += context[t * FEATURES + VOLUME] / length;
  return steps.map((step) => {
    if (mean === 0) return null;
    const came = actual[(step - 1) * FEATURES + VOLUME];
    return {
      model: Math.abs(volume[step - 1] - came) / mean,
      naive: Math.abs(naive[step - 1] - came) / mean,
    };
  });
}

/**
 * Scores a window.
 *
 * @param seed fixes the baselines' random numbers
 * @param scored steps of the horizon, ascending
 */
export function scoreWindow(
  forecast: WindowForecast,
  seed: number,
  scored: readonly number[] = SCORED_STEPS,
): WindowScore {
  const { window: { series, start }, context, actual, closes, volume } = forecast;
  const horizon = volume.length;
  const paths = closes.length / horizon;
  const last = context[context.length - FEATURES + CLOSE];
  const returns = closeReturns(context);
  const volumes = scoreVolume(forecast, scored);
  const steps = scored.map((step, i): StepScore => {
    const observed = actual[(step - 1) * FEATURES + CLOSE] / last;
    const members = Float64Array.from(
      { length: paths },
      (_, path) => closes[path * horizon + step - 1] / last,
    ).sort();
    const mean = members.reduce((sum, value) => sum + value, 0) / paths;
    const walks = WALKS.map((walk) => {
      const ensemble = walkEnsemble(walk, { returns, step, members: WALK_MEMBERS, seed });
      return [walk, fairCrps(ensemble, observed)] as const;
    });
    return {
      step,
      crps: {
        model: fairCrps(members, observed),
        last_value: Math.abs(1 - observed),
        ...Object.fromEntries(walks) as Record<Walk, number>,
      },
      plainCrps: crps(members, observed),
      error: Math.abs(mean - observed),
      covered: BANDS.map((band) => Number(covers(members, band, observed))),
      pit: probabilityTransform(members, observed),
      direction: observed === 1 ? null : Number(mean > 1 === observed > 1),
      volume: volumes[i],
    };
  });
  const { file, market, times } = series;
  return { file, market, time: times[start], steps, inconsistent: forecast.inconsistent };
}
