/** Fits a calibration: what makes a model's paths score best on windows whose outcome is known. */
import {
  calibrateCloses,
  type StepCalibration,
  type WalkMoves,
} from "../forecast/calibrate_paths.ts";
import type { Calibration, Sampling } from "../inference/engine.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { calibrateForecast, sortedCloses, walkOf } from "./calibrate_forecast.ts";
import { crps } from "./crps.ts";
import type { WindowForecast } from "./forecast_windows.ts";
import { covers, SCORED_STEPS } from "./score_window.ts";

/** What is tried: coarse, since windows do not tell finer. */
const DRIFTS = [0, 0.25, 0.5, 0.75, 1];
const OWNS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const SCALES = [0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25];

/** Bands that must hold what they claim: those that are asked for. */
const HELD_BANDS = [0.8, 0.9];

/** How far from its claim a band's share may be: what chance moves it by on a thousand windows. */
const MISS_ALLOWED = 0.015;

/** What a miss costs beyond that: a point as much as a tenth of the score, so that it decides. */
const MISS_PRICE = 10;

/** A window at one step, ready to be tried. */
interface Trial {
  readonly file: string;
  readonly sorted: Float64Array;
  readonly observed: number;
  readonly walk: WalkMoves;
}

function trialsOf(forecasts: readonly WindowForecast[], step: number): Trial[] {
  return forecasts.map((forecast) => ({
    file: forecast.window.series.file,
    sorted: sortedCloses(forecast, step),
    observed: forecast.actual[(step - 1) * FEATURES + CLOSE],
    walk: walkOf(forecast),
  }));
}

/**
 * What a fit minimises: the mean over files of the logarithm of a file's score, which is what the
 * evaluation's ratio is made of, and a price on bands that do not hold what they claim. The plain
 * score, not the fair one, which takes the walk's even quantiles for independent draws.
 */
function lossOf(trials: readonly Trial[], step: number, candidate: StepCalibration): number {
  const sums = new Map<string, number>();
  const held = HELD_BANDS.map(() => 0);
  for (const { file, sorted, observed, walk } of trials) {
    const closes = calibrateCloses(sorted, step, walk, candidate);
    sums.set(file, (sums.get(file) ?? 0) + crps(closes, observed) / walk.lastClose);
    HELD_BANDS.forEach((band, i) => held[i] += Number(covers(closes, band, observed)));
  }
  let loss = 0;
  for (const sum of sums.values()) loss += Math.log(Math.max(sum, Number.MIN_VALUE)) / sums.size;
  const missed = HELD_BANDS.map((band, i) => Math.abs(held[i] / trials.length - band));
  return loss + MISS_PRICE * Math.max(0, Math.max(...missed) - MISS_ALLOWED);
}

function fitStep(trials: readonly Trial[], step: number): StepCalibration {
  const candidates = DRIFTS.flatMap((drift) =>
    OWNS.flatMap((own) => SCALES.map((scale) => ({ drift, own, scale })))
  );
  const losses = candidates.map((candidate) => lossOf(trials, step, candidate));
  return candidates[losses.indexOf(Math.min(...losses))];
}

/**
 * The calibration under which the windows score best while their bands hold what they claim, each of the
 * scored steps by itself.
 *
 * @param forecasts anchored as they will be, not calibrated; at least one
 * @param sampling how their paths were drawn
 */
export function fitCalibration(
  forecasts: readonly WindowForecast[],
  sampling: Sampling,
): Calibration {
  const fitted = SCORED_STEPS.map((step) => fitStep(trialsOf(forecasts, step), step));
  return {
    sampling,
    steps: SCORED_STEPS,
    drift: fitted.map(({ drift }) => drift),
    own: fitted.map(({ own }) => own),
    scale: fitted.map(({ scale }) => scale),
  };
}

/**
 * Every window calibrated by what was fitted on the other half of its file's time: scores of these say
 * what a calibration is worth on windows that it has not seen.
 */
export function crossFitted(
  forecasts: readonly WindowForecast[],
  sampling: Sampling,
): WindowForecast[] {
  const timeOf = ({ window: { series, start } }: WindowForecast): number => series.times[start];
  const files = Map.groupBy(forecasts, ({ window }) => window.series.file);
  const later = new Set([...files.values()].flatMap((ofFile) => {
    const ordered = ofFile.toSorted((a, b) => timeOf(a) - timeOf(b));
    return ordered.slice(Math.ceil(ordered.length / 2));
  }));
  const [early, late] = [false, true].map((half) =>
    fitCalibration(forecasts.filter((forecast) => later.has(forecast) === half), sampling)
  );
  return forecasts.map((forecast) =>
    calibrateForecast(forecast, later.has(forecast) ? early : late)
  );
}
