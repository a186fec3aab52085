/** `deno task calibrate FOLDER`: fits how a model's paths are spread anew, and writes its manifest. */
import { join } from "node:path";
import { crossFitted, fitCalibration } from "../evaluation/fit_calibration.ts";
import type { WindowForecast } from "../evaluation/forecast_windows.ts";
import { scoreWindow } from "../evaluation/score_window.ts";
import { summarizeScores, type Summary } from "../evaluation/summarize_scores.ts";
import type { Calibration } from "../inference/engine.ts";
import { parseManifest } from "../inference/manifest.ts";
import {
  describeForecasts,
  forecastFolder,
  readEvaluationOptions,
} from "./evaluation_forecasts.ts";
import { evaluationTable } from "./evaluation_table.ts";
import { reportEvaluation } from "./report_evaluation.ts";
import { runCommand } from "./run_command.ts";

const HELP = `Fit the calibration of a model on a folder of candles, and write it to its manifest.

  deno task calibrate FOLDER [options of deno task evaluate]

Prints the scores of the windows without a calibration, then as calibrated by what was fitted on the
other half of the time.`;

/** Writes what was fitted, and what it was fitted with, to the manifest of a model. */
async function writeCalibration(
  model: string,
  calibration: Calibration,
  anchor: boolean,
): Promise<void> {
  const path = join(model, "manifest.json");
  const manifest = JSON.parse(await Deno.readTextFile(path));
  const { sampling: { temperature, topK, topP }, steps, drift, own, scale } = calibration;
  const sampling = { temperature, top_k: topK, top_p: topP };
  const defaults = { ...manifest.defaults, ...sampling, anchor };
  const { sources, licence, onnx, files, ...before } = manifest;
  const fitted = { sampling, steps, drift, own, scale };
  const after = { ...before, defaults, calibration: fitted, sources, licence, onnx, files };
  parseManifest(after);
  await Deno.writeTextFile(path, `${JSON.stringify(after, null, 2)}\n`);
}

async function calibrate(args: string[]): Promise<void> {
  const options = { ...await readEvaluationOptions(args), calibration: false };
  const made = await forecastFolder(options);
  const { forecasts, sampling, anchor } = made;
  const summarize = (shown: readonly WindowForecast[]): Summary => {
    const scores = shown.map((forecast, i) => scoreWindow(forecast, options.seed + i));
    return summarizeScores(scores, options.seed);
  };
  const title = describeForecasts(options, made);
  console.log(`${evaluationTable(title, summarize(forecasts))}\n`);
  const calibrated = summarize(crossFitted(forecasts, sampling));
  await reportEvaluation(`${title}; then by the other half of the time`, calibrated, options);
  await writeCalibration(options.model, fitCalibration(forecasts, sampling), anchor);
}

// The runtime's threads would keep the process alive.
Deno.exit(await runCommand(HELP, Deno.args, calibrate));
