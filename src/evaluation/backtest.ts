/** How forecasts of the last candles of one series would have been: windows, forecasts and scores. */
import type { Forecaster } from "../forecast/forecast.ts";
import type { EvaluationSeries } from "./evaluation_series.ts";
import {
  forecastWindows,
  type WindowForecast,
  type WindowForecastOptions,
} from "./forecast_windows.ts";
import { scoredSteps, scoreWindow, type WindowScore } from "./score_window.ts";
import type { Window } from "./spread_windows.ts";

/** Which windows. */
export interface LastWindows {
  /** How many. */
  readonly windows: number;
  /** Candles from one to the next. */
  readonly step: number;
  /** Candles that each forecasts. */
  readonly horizon: number;
}

/** Candles that windows need before the first one's context ends: the rest is left for contexts. */
export function candlesAfterContext({ windows, step, horizon }: LastWindows): number {
  return (windows - 1) * step + horizon;
}

/** The last windows of a series, oldest first. */
export function lastWindows(series: EvaluationSeries, choice: LastWindows): Window[] {
  const first = series.times.length - candlesAfterContext(choice);
  return Array.from(
    { length: choice.windows },
    (_, i) => ({ series, start: first + i * choice.step }),
  );
}

/** A window, done. */
export interface BacktestWindow {
  /** What was forecast and what came. */
  readonly forecast: WindowForecast;
  /** What it is worth. */
  readonly score: WindowScore;
}

/**
 * Forecasts windows of one series and scores them, as `deno task evaluate` does; `summarizeScores()` says
 * what the scores come to.
 *
 * @param onWindow told of each window, in order
 * @throws what the forecaster throws; nothing goes on then
 */
export async function backtest(
  forecaster: Forecaster,
  windows: readonly Window[],
  options: Omit<WindowForecastOptions, "looksAtRaw" | "onForecast">,
  onWindow: (window: BacktestWindow, index: number) => void = () => {},
): Promise<WindowScore[]> {
  const steps = scoredSteps(options.horizon);
  const done = new Array<BacktestWindow | undefined>(windows.length);
  let told = 0;
  await forecastWindows(forecaster, windows, {
    ...options,
    looksAtRaw: false,
    onForecast(forecast, index) {
      done[index] = { forecast, score: scoreWindow(forecast, options.seed + index, steps) };
      for (let next = done[told]; next !== undefined; next = done[++told]) onWindow(next, told);
    },
  });
  return done.flatMap((window) => window?.score ?? []);
}
