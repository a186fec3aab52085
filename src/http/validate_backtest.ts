/** From the JSON value of a backtest to what the evaluation takes; all problems at once. */
import { candlesAfterContext } from "../evaluation/backtest.ts";
import type { EvaluationSeries } from "../evaluation/evaluation_series.ts";
import type { WindowForecastOptions } from "../evaluation/forecast_windows.ts";
import { wallMilliseconds } from "../forecast/timestamps.ts";
import { BACKTEST_DEFAULTS, BACKTEST_FIELDS } from "./backtest_schemas.ts";
import { Collector, isObject, type JsonObject, type Rule } from "./collector.ts";
import { flatCandles, readCandles } from "./read_candles.ts";
import { readTimestamps } from "./read_timestamps.ts";
import { samplingOf } from "./sampling_defaults.ts";
import { type Candle, FIELDS, type Overrides } from "./schemas.ts";
import { checkPaths, checkSameLength } from "./series_rules.ts";
import { throwIssues } from "./throw_issues.ts";
import type { ValidationContext } from "./validate_series.ts";

/** A valid backtest; it can be sent to another thread. */
export interface ValidBacktest {
  /** As sent; null where none was. */
  readonly seriesId: string | null;
  /** The candles. */
  readonly series: EvaluationSeries;
  /** As sent, one for each candle. */
  readonly timestamps: readonly string[];
  /** Which windows, and how they are forecast. */
  readonly choice: BacktestChoice;
}

/** Which windows, and how they are forecast. */
export type BacktestChoice =
  & Pick<WindowForecastOptions, "context" | "horizon" | "paths" | "sampling" | "policy" | "seed">
  & {
    /** How many. */
    readonly windows: number;
    /** Candles from one to the next. */
    readonly step: number;
  };

/** Candles of a context at least: of one alone nothing is known of how prices move. */
const MIN_CONTEXT = 2;

/** Limits that one field alone does not show. */
function checkCost(
  collector: Collector,
  { windows, horizon, paths }: { windows: number; horizon: number; paths: number },
  overrides: Partial<Overrides>,
  { config, info }: ValidationContext,
): void {
  const { maxBacktestWindows, maxBacktestTokens, contextPolicy } = config;
  if (windows > maxBacktestWindows) {
    const message = `must be at most ${maxBacktestWindows} (KRONOS_BACKTEST_MAX_WINDOWS)`;
    collector.add(["windows"], message, "max_backtest_windows");
  }
  checkPaths(collector, paths, config);
  if (paths === 1) {
    const message = "must be more than one: bands need several paths";
    collector.add(["overrides", "sample_count"], message, "several_paths");
  }
  const tokens = windows * horizon * paths;
  if (tokens > maxBacktestTokens) {
    const message = `asks for ${tokens} tokens (windows times horizon times sample paths), more ` +
      `than ${maxBacktestTokens} (KRONOS_BACKTEST_MAX_TOKENS)`;
    collector.add([], message, "max_backtest_tokens");
  }
  if ((overrides.pred_len ?? horizon) !== horizon) {
    collector.add(
      ["overrides", "pred_len"],
      `must equal the horizon, ${horizon}`,
      "same_as_horizon",
    );
  }
  if (contextPolicy === "exact" && horizon > info.maxContext) {
    const message = `must be at most ${info.maxContext} under KRONOS_CONTEXT_POLICY=exact`;
    collector.add(["horizon"], message, "max_context");
  }
}

/** The context that is asked for, or what fits; a problem where it does not. */
function contextOf(
  collector: Collector,
  asked: number | undefined,
  candles: number,
  choice: { windows: number; step: number; horizon: number },
  { info }: ValidationContext,
): number {
  const left = candles - candlesAfterContext(choice);
  const context = asked ?? Math.min(left, info.maxContext);
  if (context > info.maxContext) {
    const message = `must be at most ${info.maxContext}, the model's`;
    collector.add(["context"], message, "max_context");
  } else if (left < Math.max(MIN_CONTEXT, context)) {
    const least = asked ?? MIN_CONTEXT;
    const { windows, step, horizon } = choice;
    const message = `must have ${candlesAfterContext(choice) + least} entries for ${windows} ` +
      `windows, or more: a context of ${least}, then ${step} to each next window and ` +
      `${horizon} to compare with`;
    collector.add(["candles"], message, "enough_for_windows");
  }
  return context;
}

function readBacktest(
  collector: Collector,
  body: JsonObject,
  context: ValidationContext,
): ValidBacktest {
  const { config, info } = context;
  const field = <Value>(name: string, schema: Rule<Value>): Value | undefined =>
    collector.below(name).value(schema, body[name]);
  const optional = (name: keyof typeof BACKTEST_FIELDS): number | undefined =>
    field(name, BACKTEST_FIELDS[name].nullish()) ?? undefined;
  const seriesId = field("series_id", FIELDS.seriesId.nullish()) ?? null;
  const limit = [config.maxBacktestCandles, "KRONOS_BACKTEST_MAX_CANDLES"] as const;
  const candles = readCandles(collector, body, ...limit);
  const { stamps, count } = readTimestamps(collector, body, ...limit);
  const before = collector.issues.length;
  const horizon = optional("horizon") ?? BACKTEST_DEFAULTS.horizon;
  const windows = optional("windows") ?? BACKTEST_DEFAULTS.windows;
  const step = optional("step") ?? horizon;
  const asked = optional("context");
  const sound = collector.issues.length === before;
  const seed = optional("seed") ?? Math.floor(context.seed / 2);
  const overrides = collector.below("overrides").fields(FIELDS.overrides, body.overrides ?? {});
  const { sampling, paths } = samplingOf(overrides, true, config, info);
  checkSameLength(collector, candles?.length, count);
  const choice = { windows, step, horizon };
  // Of fields with a problem of their own nothing more would be told that helps.
  if (sound) checkCost(collector, { windows, horizon, paths }, overrides, context);
  const fitting = sound
    ? contextOf(collector, asked, candles?.length ?? Infinity, choice, context)
    : 0;
  throwIssues(body, collector.issues);
  return {
    seriesId,
    timestamps: stamps.map(({ text }) => text),
    series: {
      id: "candles",
      file: "candles",
      market: "candles",
      candles: flatCandles(candles as readonly Candle[]), // whole, or there would be a problem
      times: Float64Array.from(stamps, wallMilliseconds),
    },
    choice: {
      ...choice,
      context: fitting,
      paths,
      sampling,
      policy: config.contextPolicy,
      seed,
    },
  };
}

/**
 * The body of a backtest.
 *
 * @throws ApiError ValidationError with every problem
 */
export function validateBacktest(document: unknown, context: ValidationContext): ValidBacktest {
  const collector = new Collector([], []);
  if (!isObject(document)) collector.add([], "must be a JSON object", "object");
  throwIssues(document, collector.issues);
  return readBacktest(collector, document as JsonObject, context);
}
