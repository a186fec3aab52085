/** What `deno task evaluate` and `deno task calibrate` share: arguments, windows and their forecasts. */
import { parseArgs } from "node:util";
import { SETTINGS } from "../config.ts";
import {
  forecastWindows,
  type WindowForecast,
  type WindowForecastOptions,
} from "../evaluation/forecast_windows.ts";
import { SCORED_STEPS } from "../evaluation/score_window.ts";
import { spreadWindows, type Window } from "../evaluation/spread_windows.ts";
import { createForecaster } from "../forecast/forecaster.ts";
import { REFERENCE_SAMPLING } from "../forecast/reference_sampling.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../forecast/scheduler.ts";
import type {
  Calibration,
  ContextPolicy,
  ModelInfo,
  Precision,
  Sampling,
} from "../inference/engine.ts";
import { openEngine } from "../inference/open_engine.ts";
import { numberOf, positive, UsageError, whole } from "./arguments.ts";
import { CandleFileError } from "./candle_csv.ts";
import { readCandleFolder } from "./candle_folder.ts";
import { type Instants, readInstants } from "./instants.ts";

/** Which windows of which candles a model is asked for, and how. */
export interface EvaluationOptions {
  /** Holds the candles. */
  readonly folder: string;
  /** The model's folder. */
  readonly model: string;
  /** Windows of each file. */
  readonly windows: number;
  /** Candles of each context. */
  readonly context: number;
  /** Sample paths. */
  readonly paths: number;
  /** Candles to compare with are not before it. */
  readonly from: Instants;
  /** Candles to compare with are before it. */
  readonly to: Instants;
  /** Files by name without ending; empty for all. */
  readonly only: readonly string[];
  /** Fixes the random numbers. */
  readonly seed: number;
  /** What is not there is as the manifest says. */
  readonly sampling: Partial<Sampling>;
  /** What happens past the model's context. */
  readonly policy: ContextPolicy;
  /** Null: as the manifest says. */
  readonly anchor: boolean | null;
  /** Whether the manifest's calibration is used. */
  readonly calibration: boolean;
  /** Numbers of the large matrix products. */
  readonly precision: Precision;
  /** Replicas of the model, each in a Worker. */
  readonly replicas: number;
  /** Where to write the figures as JSON. */
  readonly json: string | undefined;
  /** Where to write the figure. */
  readonly svg: string | undefined;
}

function oneOf<Name extends string>(name: string, text: string, names: readonly Name[]): Name {
  const found = names.find((known) => known === text);
  if (found === undefined) throw new UsageError(`Cannot use --${name} ${text}`);
  return found;
}

/**
 * Reads the arguments of the command line.
 *
 * @throws UsageError, TypeError where they make no sense
 */
export async function readEvaluationOptions(args: string[]): Promise<EvaluationOptions> {
  const text = (fallback: number | string) => ({
    type: "string" as const,
    default: String(fallback),
  });
  const absent = { type: "string" as const };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      model: text(SETTINGS.modelPath.fallback),
      windows: text(100),
      context: text(256),
      paths: text(64),
      from: absent,
      to: absent,
      only: text(""),
      seed: text(1),
      temperature: absent,
      "top-p": absent,
      "top-k": absent,
      policy: text(SETTINGS.contextPolicy.fallback),
      anchor: absent,
      calibration: text("on"),
      replicas: text(SETTINGS.workers.fallback),
      precision: text(SETTINGS.precision.fallback),
      json: absent,
      svg: absent,
    },
  });
  if (positionals.length !== 1) throw new UsageError("Cannot tell the folder: give one");
  const number = (name: keyof typeof values, fits: (value: number) => boolean) =>
    numberOf(name, String(values[name]), fits);
  const { temperature, "top-p": topP, "top-k": topK, anchor } = values;
  return {
    folder: positionals[0],
    model: values.model,
    windows: number("windows", whole(1, 1e6)),
    context: number("context", whole(2, 2048)),
    paths: number("paths", whole(1, 1024)),
    from: await readInstants(values.from, -Infinity),
    to: await readInstants(values.to, Infinity),
    only: values.only === "" ? [] : values.only.split(","),
    seed: number("seed", whole(0, 2 ** 50)),
    sampling: {
      ...(temperature === undefined ? {} : { temperature: number("temperature", positive(10)) }),
      ...(topP === undefined ? {} : { topP: number("top-p", positive(1)) }),
      ...(topK === undefined ? {} : { topK: number("top-k", whole(0, 2 ** 31)) }),
    },
    policy: oneOf("policy", values.policy, ["rolling", "exact"]),
    anchor: anchor === undefined ? null : oneOf("anchor", anchor, ["on", "off"]) === "on",
    calibration: oneOf("calibration", values.calibration, ["on", "off"]) === "on",
    replicas: number("replicas", whole(1, 64)),
    precision: oneOf("precision", values.precision, ["f32", "int8"]),
    json: values.json,
    svg: values.svg,
  };
}

/** The longest step is the horizon. */
const HORIZON = SCORED_STEPS[SCORED_STEPS.length - 1];

async function chooseWindows(options: EvaluationOptions): Promise<Window[]> {
  const { only, windows: count, context, from, to } = options;
  const series = await readCandleFolder(
    options.folder,
    (file) => only.length === 0 || only.includes(file),
  );
  const windows = [...Map.groupBy(series, ({ file }) => file).values()].flatMap((ofFile) => {
    const { market } = ofFile[0];
    const choice = { count, context, horizon: HORIZON, from: from(market), to: to(market) };
    return spreadWindows(ofFile, choice);
  });
  if (windows.length === 0) {
    throw new CandleFileError(
      `Cannot evaluate ${options.folder}: no series has ${context} candles and ${HORIZON} to compare with`,
    );
  }
  return windows;
}

/** Forecasts of windows, and what they were made with. */
export interface EvaluationForecasts {
  /** The model. */
  readonly info: ModelInfo;
  /** How tokens were drawn. */
  readonly sampling: Sampling;
  /** Whether paths left from the real last close. */
  readonly anchor: boolean;
  /** How paths were spread anew; null where they were not. */
  readonly calibration: Calibration | null;
  /** One for each window. */
  readonly forecasts: readonly WindowForecast[];
}

/**
 * Forecasts windows of the candles as the service would.
 *
 * @param hears told of the windows as they are done
 * @throws CandleFileError where the candles cannot be used
 */
export async function forecastFolder(
  options: EvaluationOptions,
  hears: Pick<WindowForecastOptions, "onPaths"> = {},
): Promise<EvaluationForecasts> {
  const { context, paths, policy, seed, replicas, precision } = options;
  const windows = await chooseWindows(options);
  const engine = await openEngine({
    modelPath: options.model,
    workers: replicas,
    threads: 1,
    precision,
  });
  const { info } = engine;
  const { temperature, topK, topP } = {
    ...REFERENCE_SAMPLING,
    ...info.defaults,
    ...options.sampling,
  };
  const sampling: Sampling = { temperature, topK, topP };
  const anchor = options.anchor ?? info.anchor;
  const calibration = options.calibration ? info.calibration : null;
  const forecaster = createForecaster({
    engine,
    clipValue: SETTINGS.clipValue.fallback,
    anchor,
    calibration,
    scheduler: DEFAULT_SCHEDULER_SETTINGS,
  });
  let done = 0;
  const forecasts = await forecastWindows(forecaster, windows, {
    context,
    horizon: HORIZON,
    paths,
    sampling,
    policy,
    seed,
    concurrency: 2 * replicas,
    looksAtRaw: true,
    ...hears,
    onForecast() {
      if (++done % 100 === 0) console.error(`${done} of ${windows.length} windows`);
    },
  });
  await engine.close();
  return { info, sampling, anchor, calibration, forecasts };
}

/** What figures depend on, in a line. */
export function describeForecasts(
  { context, paths, policy, seed }: EvaluationOptions,
  { info, sampling, anchor, calibration }: EvaluationForecasts,
): string {
  const { temperature, topP, topK } = sampling;
  const corrected = policy === "rolling";
  return [
    `${info.modelVersion}: context ${context}`,
    `${paths} paths`,
    `temperature ${temperature}`,
    `top_p ${topP}`,
    `top_k ${topK}`,
    policy,
    anchor && corrected ? "anchored" : "not anchored",
    calibration !== null && corrected ? "calibrated" : "not calibrated",
    `seed ${seed}`,
  ].join(", ");
}
