/** What a backtest answers: one document for each window, and one that sums them up. */
import type { BacktestWindow } from "../evaluation/backtest.ts";
import type { Estimate } from "../evaluation/bootstrap_intervals.ts";
import { BANDS, type StepScore } from "../evaluation/score_window.ts";
import type { Cell, Summary } from "../evaluation/summarize_scores.ts";
import { isKnown, verdictOf } from "../evaluation/verdict.ts";
import { meanOverPaths } from "../forecast/mean_over_paths.ts";
import { quantile } from "../forecast/quantiles.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { byLevel } from "./prediction_answer.ts";
import type { ValidBacktest } from "./validate_backtest.ts";

/** One value for each of `BANDS`. */
function byBand(values: readonly unknown[]): object {
  return byLevel(BANDS, values);
}

/** Closes of `[rows, 6]`. */
function closesOf(rows: Float64Array): number[] {
  return Array.from({ length: rows.length / FEATURES }, (_, r) => rows[r * FEATURES + CLOSE]);
}

/**
 * Ends of each of `BANDS`, step by step.
 *
 * @param closes `[paths, horizon]`
 */
function bandsOf(closes: Float64Array, horizon: number): object {
  const paths = { length: closes.length / horizon };
  const sorted = Array.from(
    { length: horizon },
    (_, step) => Float64Array.from(paths, (_, path) => closes[path * horizon + step]).sort(),
  );
  return byBand(BANDS.map((band) => {
    const tail = (1 - band) / 2;
    return {
      low: sorted.map((ofStep) => quantile(ofStep, tail)),
      high: sorted.map((ofStep) => quantile(ofStep, 1 - tail)),
    };
  }));
}

function scoreDocument({ step, crps, error, covered, direction }: StepScore): object {
  return {
    step,
    crps,
    error,
    covered: byBand(covered.map((held) => held === 1)),
    direction: direction === null ? null : direction === 1,
  };
}

/**
 * One window.
 *
 * @param index from 0
 */
export function windowDocument(
  { forecast, score }: BacktestWindow,
  index: number,
  { timestamps }: Pick<ValidBacktest, "timestamps">,
): object {
  const { window: { start }, context, actual, closes, volume } = forecast;
  const horizon = volume.length;
  return {
    window: index + 1,
    origin: timestamps[start - 1],
    last_close: context[context.length - FEATURES + CLOSE],
    timestamps: timestamps.slice(start, start + horizon),
    actual: closesOf(actual),
    mean: [...meanOverPaths(closes, closes.length / horizon)],
    bands: bandsOf(closes, horizon),
    scores: score.steps.map(scoreDocument),
  };
}

/** What was asked for, with what the service chose. */
export function startDocument({ seriesId, choice }: ValidBacktest, info: ModelInfo): object {
  return {
    series_id: seriesId,
    model_version: info.modelVersion,
    tokenizer_version: info.tokenizerVersion,
    seed: choice.seed,
    horizon: choice.horizon,
    step: choice.step,
    context: choice.context,
    sample_count: choice.paths,
    windows: choice.windows,
  };
}

/** Null where it is no number: a ratio to what does not move, or moves past all numbers. */
function known(estimate: Estimate): Estimate | null {
  return isKnown(estimate) ? estimate : null;
}

function stepDocument(cell: Cell, ratio: Estimate): object {
  return {
    step: cell.step,
    crps_ratio: known(ratio),
    crps: cell.crps,
    mae: { model: cell.error, last_value: cell.crps.last_value },
    coverage: byBand(cell.coverage),
    direction: cell.direction,
  };
}

/** What the windows come to. */
export function resultDocument({ overall, cells }: Summary): object {
  return {
    ...verdictOf(overall.ratio, overall.windows),
    crps_ratio: known(overall.ratio),
    mae_ratio: known(overall.errorRatio),
    direction: overall.direction,
    coverage: byBand(overall.coverage),
    steps: cells.map((cell, i) => stepDocument(cell, overall.byStep[i])),
  };
}
