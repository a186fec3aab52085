/** `deno task evaluate FOLDER`: how good the forecasts of a model are, beside simple baselines. */
import { parseArgs } from "node:util";
import { SETTINGS } from "../config.ts";
import { forecastWindows } from "../evaluation/forecast_windows.ts";
import { SCORED_STEPS, scoreWindow } from "../evaluation/score_window.ts";
import { spreadWindows, type Window } from "../evaluation/spread_windows.ts";
import { summarizeScores, type Summary } from "../evaluation/summarize_scores.ts";
import { createForecaster } from "../forecast/forecaster.ts";
import { REFERENCE_SAMPLING } from "../forecast/reference_sampling.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../forecast/scheduler.ts";
import type { ContextPolicy, ModelInfo, Sampling } from "../inference/engine.ts";
import { openEngine } from "../inference/open_engine.ts";
import { numberOf, positive, UsageError, whole } from "./arguments.ts";
import { CandleFileError } from "./candle_csv.ts";
import { readCandleFolder } from "./candle_folder.ts";
import { evaluationSvg } from "./evaluation_svg.ts";
import { evaluationTable } from "./evaluation_table.ts";
import { type Instants, readInstants } from "./instants.ts";

/** Exit codes of sysexits.h. */
const EXIT = { ok: 0, failed: 1, usage: 64, data: 65 };

const HELP = `Evaluate a model on a folder of candles.

  deno task evaluate FOLDER [--model models/nano] [--windows 100] [--context 256] [--paths 64]
      [--from DATE|FILE.json] [--to DATE|FILE.json] [--only fx-1h,cn-1d] [--seed 1]
      [--temperature 1] [--top-p 1] [--top-k 0] [--policy rolling|exact] [--anchor on|off]
      [--replicas 2] [--json out.json] [--svg out.svg]

The folder holds MARKET-FREQUENCY.parquet or .csv (docs/evaluation.md). --windows counts for each
file. Candles to compare with lie from --from to before --to: a date, or a file of dates by market,
as examples/validation_from.json. Sampling and anchor default to what the model's manifest says.`;

interface Options {
  readonly folder: string;
  readonly model: string;
  readonly windows: number;
  readonly context: number;
  readonly paths: number;
  readonly from: Instants;
  readonly to: Instants;
  readonly only: readonly string[];
  readonly seed: number;
  readonly sampling: Partial<Sampling>;
  readonly policy: ContextPolicy;
  readonly anchor: boolean | null;
  readonly replicas: number;
  readonly json: string | undefined;
  readonly svg: string | undefined;
}

function oneOf<Name extends string>(name: string, text: string, names: readonly Name[]): Name {
  const found = names.find((known) => known === text);
  if (found === undefined) throw new UsageError(`Cannot use --${name} ${text}`);
  return found;
}

async function readOptions(args: string[]): Promise<Options> {
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
      replicas: text(SETTINGS.workers.fallback),
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
    replicas: number("replicas", whole(1, 64)),
    json: values.json,
    svg: values.svg,
  };
}

/** The longest step is the horizon. */
const HORIZON = SCORED_STEPS[SCORED_STEPS.length - 1];

async function chooseWindows(options: Options): Promise<Window[]> {
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

/** What was evaluated, and how it went. */
interface Evaluation {
  readonly info: ModelInfo;
  readonly sampling: Sampling;
  readonly anchor: boolean;
  readonly summary: Summary;
}

async function run(options: Options): Promise<Evaluation> {
  const { context, paths, policy, seed, replicas } = options;
  const windows = await chooseWindows(options);
  const engine = await openEngine({ modelPath: options.model, workers: replicas, threads: 1 });
  const { info } = engine;
  const { temperature, topK, topP } = {
    ...REFERENCE_SAMPLING,
    ...info.defaults,
    ...options.sampling,
  };
  const sampling: Sampling = { temperature, topK, topP };
  const anchor = options.anchor ?? info.anchor;
  const forecaster = createForecaster({
    engine,
    clipValue: SETTINGS.clipValue.fallback,
    anchor,
    scheduler: DEFAULT_SCHEDULER_SETTINGS,
  });
  const forecasts = await forecastWindows(forecaster, windows, {
    context,
    horizon: HORIZON,
    paths,
    sampling,
    policy,
    seed,
    concurrency: 2 * replicas,
    onProgress(done) {
      if (done % 100 === 0) console.error(`${done} of ${windows.length} windows`);
    },
  });
  await engine.close();
  const scores = forecasts.map((forecast, i) => scoreWindow(forecast, seed + i));
  return { info, sampling, anchor, summary: summarizeScores(scores, seed) };
}

/** What the figures depend on, in a line. */
function describe(options: Options, { info, sampling, anchor }: Evaluation): string {
  const { temperature, topP, topK } = sampling;
  const anchored = anchor && options.policy === "rolling" ? "anchored" : "not anchored";
  return `${info.modelVersion}: context ${options.context}, ${options.paths} paths, temperature ` +
    `${temperature}, top_p ${topP}, top_k ${topK}, ${options.policy}, ${anchored}, seed ${options.seed}`;
}

/** Runs the command; its exit code. */
async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return EXIT.ok;
  }
  try {
    const options = await readOptions(args);
    const evaluation = await run(options);
    const title = describe(options, evaluation);
    console.log(evaluationTable(title, evaluation.summary));
    if (options.json !== undefined) {
      const document = { title, steps: SCORED_STEPS, ...evaluation.summary };
      await Deno.writeTextFile(options.json, `${JSON.stringify(document, null, 2)}\n`);
    }
    if (options.svg !== undefined) {
      await Deno.writeTextFile(options.svg, evaluationSvg(title, evaluation.summary));
    }
    return EXIT.ok;
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof TypeError;
    console.error(error instanceof Error ? error.message : String(error));
    if (usage) console.error(HELP);
    return usage ? EXIT.usage : error instanceof CandleFileError ? EXIT.data : EXIT.failed;
  }
}

// The runtime's threads would keep the process alive.
Deno.exit(await main(Deno.args));
