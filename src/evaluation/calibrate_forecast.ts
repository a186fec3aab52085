import {
  calibrateCloses,
  calibrationAt,
  normalQuantiles,
  type WalkMoves,
} from "../forecast/calibrate_paths.ts";
import { closeReturns, recentVolatility } from "../forecast/recent_volatility.ts";
import type { Calibration } from "../inference/engine.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import type { WindowForecast } from "./forecast_windows.ts";

/** What a calibration needs to know of a window's context. */
export function walkOf({ context, closes, volume }: WindowForecast): WalkMoves {
  return {
    lastClose: context[context.length - FEATURES + CLOSE],
    volatility: recentVolatility(closeReturns(context)),
    normal: normalQuantiles(closes.length / volume.length),
  };
}

/** Closes of the paths at a step from 1, ascending. */
export function sortedCloses({ closes, volume }: WindowForecast, step: number): Float64Array {
  const horizon = volume.length;
  return Float64Array.from(
    { length: closes.length / horizon },
    (_, path) => closes[path * horizon + step - 1],
  ).sort();
}

/** The forecast with calibrated closes, each path by its rank: what scores see. */
export function calibrateForecast(
  forecast: WindowForecast,
  calibration: Calibration,
): WindowForecast {
  const horizon = forecast.volume.length;
  const walk = walkOf(forecast);
  const closes = new Float64Array(forecast.closes.length);
  for (let step = 1; step <= horizon; step++) {
    const fitted = calibrationAt(calibration, step);
    calibrateCloses(sortedCloses(forecast, step), step, walk, fitted).forEach((close, path) => {
      closes[path * horizon + step - 1] = close;
    });
  }
  return { ...forecast, closes };
}
