/** `deno task forecast FILE.csv --horizon 24`: a forecast of a file's candles, without the service. */
import { parseArgs } from "node:util";
import { SETTINGS } from "../config.ts";
import { continueTimestamps } from "../forecast/calendar/continue_timestamps.ts";
import { inferCalendar } from "../forecast/calendar/infer_calendar.ts";
import { spacingOf } from "../forecast/calendar/spacing.ts";
import type { SeriesForecast, SeriesRequest } from "../forecast/forecast.ts";
import { createForecaster } from "../forecast/forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../forecast/scheduler.ts";
import { stampFeatures, type Timestamp } from "../forecast/timestamps.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { openEngine } from "../inference/open_engine.ts";
import { FEATURES } from "../kronos/architecture.ts";
import { numberOf, positive, UsageError, whole } from "./arguments.ts";
import { CandleFileError, parseCandleCsv } from "./candle_csv.ts";
import { candleSvg } from "../chart/candle_svg.ts";
import { runCommand } from "./run_command.ts";

/** Candles of the input that the chart shows. */
const CHART_CANDLES = 80;

const HELP = `Forecast a CSV of candles.

  deno task forecast FILE.csv [--horizon 120] [--samples 32] [--quantiles 0.1,0.5,0.9] [--seed 7]
      [--lookback 400] [--temperature 1] [--top-p 0.9] [--top-k 0] [--model models/nano]
      [--json] [--svg out.svg]

The file has a header with timestamp (ISO 8601 or epoch), open, high, low, close and, where known,
volume and amount. The last --lookback rows are used.`;

interface Options {
  readonly file: string;
  readonly horizon: number;
  readonly paths: number;
  readonly quantiles: readonly number[];
  readonly seed: number;
  readonly lookback: number;
  readonly sampling: SeriesRequest["sampling"];
  readonly model: string;
  readonly json: boolean;
  readonly svg: string | undefined;
}

function readOptions(args: string[]): Options {
  const text = (fallback: number | string) => ({
    type: "string" as const,
    default: String(fallback),
  });
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      horizon: text(SETTINGS.defaultPredLen.fallback),
      samples: text(SETTINGS.defaultBandSamples.fallback),
      quantiles: text("0.1,0.5,0.9"),
      seed: text(crypto.getRandomValues(new Uint32Array(1))[0]),
      lookback: text(SETTINGS.defaultLookback.fallback),
      temperature: text(1),
      "top-p": text(0.9),
      "top-k": text(0),
      model: text(SETTINGS.modelPath.fallback),
      json: { type: "boolean", default: false },
      svg: { type: "string" },
    },
  });
  if (positionals.length !== 1) throw new UsageError("Cannot tell the file: give one");
  const levels = values.quantiles.split(",").map((level) =>
    numberOf("quantiles", level, (value) => value > 0 && value < 1)
  );
  return {
    file: positionals[0],
    horizon: numberOf("horizon", values.horizon, whole(1, 512)),
    paths: numberOf("samples", values.samples, whole(2, 1024)),
    quantiles: [...new Set(levels)].sort((a, b) => a - b),
    seed: numberOf("seed", values.seed, whole(0, Number.MAX_SAFE_INTEGER)),
    lookback: numberOf("lookback", values.lookback, whole(2, 2048)),
    sampling: {
      temperature: numberOf("temperature", values.temperature, positive(10)),
      topP: numberOf("top-p", values["top-p"], positive(1)),
      topK: numberOf("top-k", values["top-k"], whole(0, 2 ** 31)),
    },
    model: values.model,
    json: values.json,
    svg: values.svg,
  };
}

interface Result {
  readonly request: SeriesRequest;
  readonly forecast: SeriesForecast;
  readonly info: ModelInfo;
  readonly stamps: readonly Timestamp[];
  readonly next: readonly Timestamp[];
}

async function run(options: Options): Promise<Result> {
  const file = parseCandleCsv(await Deno.readTextFile(options.file));
  const stamps = file.timestamps.slice(-options.lookback);
  if (stamps.length < 2) throw new CandleFileError("Cannot tell the spacing: the file has one row");
  const calendar = inferCalendar(stamps, spacingOf(stamps));
  const next = continueTimestamps(stamps, options.horizon, calendar);
  if (next === null) throw new CandleFileError("Cannot go on: the steps lead past the year 9999");
  const request: SeriesRequest = {
    candles: file.candles.slice(-stamps.length * FEATURES),
    stamps: stampFeatures([...stamps, ...next]),
    horizon: options.horizon,
    sampling: options.sampling,
    paths: options.paths,
    seed: options.seed,
    quantiles: options.quantiles,
    includeSamples: false,
    raw: false,
    policy: SETTINGS.contextPolicy.fallback,
  };
  const { fallback: threads } = SETTINGS.threads;
  const engine = await openEngine({ modelPath: options.model, workers: 0, threads });
  const forecaster = createForecaster({
    engine,
    clipValue: SETTINGS.clipValue.fallback,
    anchor: engine.info.anchor,
    calibration: engine.info.calibration,
    scheduler: DEFAULT_SCHEDULER_SETTINGS,
  });
  const [forecast] = await forecaster.forecast([request], new AbortController().signal);
  await engine.close();
  return { request, forecast, info: engine.info, stamps, next };
}

function wireRows(rows: Float64Array, next: readonly Timestamp[]): object[] {
  return next.map(({ text: timestamp }, step) => {
    const [open, high, low, close, volume, amount] = rows.subarray(step * FEATURES);
    return { timestamp, open, high, low, close, volume, amount };
  });
}

/** The answer as the service would give it. */
function asJson({ request, forecast, info, next }: Result): string {
  const quantiles = request.quantiles.map((level, i) =>
    [String(level), wireRows(forecast.quantiles[i], next)] as const
  );
  return JSON.stringify(
    {
      series_id: null,
      prediction: wireRows(forecast.mean, next),
      model_version: info.modelVersion,
      tokenizer_version: info.tokenizerVersion,
      quantiles: Object.fromEntries(quantiles),
      seed: request.seed,
    },
    null,
    2,
  );
}

/** Mean candles, and the close at each level. */
function asTable({ request, forecast, next }: Result): string {
  const header = ["timestamp", "open", "high", "low", "close", "volume"];
  const levels = request.quantiles.map((level) => `close ${level}`);
  const digits = (value: number): string => value.toPrecision(6);
  const rows = next.map(({ text }, step) => [
    text,
    ...Array.from(forecast.mean.subarray(step * FEATURES, step * FEATURES + 5), digits),
    ...forecast.quantiles.map((rows) => digits(rows[step * FEATURES + 3])),
  ]);
  const all = [[...header, ...levels], ...rows];
  const widths = all[0].map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all.map((row) => row.map((cell, i) => cell.padStart(widths[i])).join("  ")).join("\n");
}

async function drawSvg(path: string, file: string, result: Result): Promise<void> {
  const { request: { candles, quantiles, paths, seed }, forecast, info, stamps, next } = result;
  const shown = Math.min(CHART_CANDLES, stamps.length);
  const name = file.split("/").at(-1);
  const [least, most] = [quantiles[0], quantiles[quantiles.length - 1]];
  const bands = quantiles.length < 2
    ? []
    : [{ low: forecast.quantiles[0], high: forecast.quantiles[quantiles.length - 1] }];
  const range = bands.length === 0 ? "" : `, band ${least} to ${most}`;
  const chart = candleSvg({
    title:
      `${name}: ${next.length} steps by ${info.modelVersion}${range}, ${paths} paths, seed ${seed}`,
    labels: [...stamps.slice(-shown), ...next].map(({ text }) => text),
    context: candles.subarray(-shown * FEATURES),
    forecast: forecast.mean,
    bands,
  });
  await Deno.writeTextFile(path, chart);
}

async function forecast(args: string[]): Promise<void> {
  const options = readOptions(args);
  const result = await run(options);
  console.log(options.json ? asJson(result) : asTable(result));
  if (options.svg !== undefined) await drawSvg(options.svg, options.file, result);
}

// The runtime's threads would keep the process alive.
Deno.exit(await runCommand(HELP, Deno.args, forecast));
