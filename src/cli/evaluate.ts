/** `deno task evaluate FOLDER`: how good the forecasts of a model are, beside simple baselines. */
import { type PathScore, scorePaths } from "../evaluation/score_paths.ts";
import { scoreWindow } from "../evaluation/score_window.ts";
import { summarizePaths } from "../evaluation/summarize_paths.ts";
import { summarizeScores } from "../evaluation/summarize_scores.ts";
import {
  describeForecasts,
  forecastFolder,
  readEvaluationOptions,
} from "./evaluation_forecasts.ts";
import { runCommand } from "./run_command.ts";
import { reportEvaluation } from "./report_evaluation.ts";

const HELP = `Evaluate a model on a folder of candles.

  deno task evaluate FOLDER [--model models/nano] [--windows 100] [--context 256] [--paths 64]
      [--from DATE|FILE.json] [--to DATE|FILE.json] [--only fx-1h,cn-1d] [--seed 1]
      [--temperature 1] [--top-p 1] [--top-k 0] [--policy rolling|exact] [--anchor on|off]
      [--calibration on|off] [--replicas 2] [--json out.json] [--svg out.svg]

The folder holds MARKET-FREQUENCY.parquet or .csv (docs/evaluation.md). --windows counts for each
file. Candles to compare with lie from --from to before --to: a date, or a file of dates by market,
as examples/validation_from.json. Sampling, anchor and calibration are as the model's manifest says
unless given.`;

async function evaluate(args: string[]): Promise<void> {
  const options = await readEvaluationOptions(args);
  const pathScores: PathScore[] = [];
  const made = await forecastFolder(options, {
    onPaths(forecast, samples, index) {
      const score = scorePaths(forecast, samples, options.seed + index);
      if (score !== null) pathScores.push(score);
    },
  });
  const scores = made.forecasts.map((forecast, i) => scoreWindow(forecast, options.seed + i));
  const summary = summarizeScores(scores, options.seed);
  const paths = pathScores.length === 0 ? null : summarizePaths(pathScores, options.seed);
  await reportEvaluation(describeForecasts(options, made), summary, options, paths);
}

// The runtime's threads would keep the process alive.
Deno.exit(await runCommand(HELP, Deno.args, evaluate));
