/** From the JSON value of one series to what the forecaster takes; every problem is noted. */
import type { Config } from "../config.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import { type InputWarning, inputWarnings } from "../forecast/input_warnings.ts";
import { parseTimestamp, stampFeatures, type Timestamp } from "../forecast/timestamps.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { Collector, JsonObject, Rule } from "./collector.ts";
import { readEvents } from "./read_events.ts";
import { samplingOf } from "./sampling_defaults.ts";
import {
  type Candle,
  FIELDS,
  MAX_CANDLES,
  MAX_HORIZON,
  MAX_QUANTILES,
  type Overrides,
} from "./schemas.ts";
import { MAX_VALUE } from "./value_schemas.ts";

/** One valid series of a request. */
export interface ValidSeries {
  /** As sent; null where none was. */
  readonly seriesId: string | null;
  /** What the forecaster takes. */
  readonly request: SeriesRequest;
  /** As sent: one for each step, ascending, all after the input's. */
  readonly predictionTimestamps: readonly string[];
  /** What is odd about the input; null where the answer need not say. */
  readonly warnings: readonly InputWarning[] | null;
  /** Whether the series used a field that this service added, so that its answer carries the seed. */
  readonly asksForSeed: boolean;
}

/** What a validation may ask about the service. */
export interface ValidationContext {
  /** Limits and defaults. */
  readonly config: Config;
  /** The loaded model's own limits and defaults. */
  readonly info: ModelInfo;
  /** The seed of series that name none. */
  readonly seed: number;
}

/** Fields beyond the Python service's. */
const ADDED_FIELDS = [
  "seed",
  "quantiles",
  "events",
  "include_samples",
  "include_warnings",
  "raw",
] as const;

/** Candles as sent; of one with a problem, the fields that have none. */
function readCandles(collector: Collector, series: JsonObject): Partial<Candle>[] | undefined {
  const all = collector.below("candles");
  return all.entries(series.candles, MAX_CANDLES)?.map((entry, i) => {
    const candle = all.below(i).fields(FIELDS.candle, entry);
    const { open = NaN, high = NaN, low = NaN, close = NaN } = candle;
    // Comparisons with NaN are false: a field that has a problem of its own gets no second one.
    if (high < open || high < close) {
      all.add([i, "high"], "must be at least open and close", "high_is_highest");
    }
    if (low > open || low > close) {
      all.add([i, "low"], "must be at most open and close", "low_is_lowest");
    }
    return candle;
  });
}

/** Time stamps as sent, undefined where one is no text. */
function readTexts(
  collector: Collector,
  value: unknown,
  limit: number,
): (string | undefined)[] | undefined {
  return collector.entries(value, limit)?.map((entry, i) =>
    collector.below(i).value(FIELDS.timestamp, entry)
  );
}

/** Parses stamps and checks their order; what cannot be parsed is noted and left out of the order. */
function checkStamps(
  collector: Collector,
  texts: readonly (string | undefined)[],
  input: readonly Timestamp[],
): Timestamp[] {
  const stamps: Timestamp[] = [];
  texts.forEach((text, i) => {
    if (text === undefined) return;
    const stamp = parseTimestamp(text);
    if (stamp === null) {
      collector.add([i], "must be an ISO 8601 date and time that exists", "iso8601");
      return;
    }
    const [first = stamps[0], last, previous] = [input[0], input.at(-1), stamps.at(-1)];
    stamps.push(stamp);
    if (first !== undefined && stamp.zoned !== first.zoned) {
      collector.add(
        [i],
        "must have a zone if the others have one, and none if they have none",
        "one_kind_of_zone",
      );
    } else if (last !== undefined && stamp.micros <= last.micros) {
      collector.add([i], `must be later than ${last.text}`, "after_last_input");
    } else if (previous !== undefined && stamp.micros <= previous.micros) {
      collector.add([i], `must be later than ${previous.text}`, "strictly_ascending");
    }
  });
  return stamps;
}

function flatCandles(candles: readonly Candle[]): Float64Array {
  const out = new Float64Array(candles.length * FEATURES);
  candles.forEach(({ open, high, low, close, volume, amount }, i) => {
    const traded = volume ?? 0;
    // Derived like the reference's, but never more than an amount may be: float32 sums overflow.
    const turnover = amount ?? Math.min(MAX_VALUE, traded * (open + high + low + close) / 4);
    out.set([open, high, low, close, traded, turnover], i * FEATURES);
  });
  return out;
}

/** Levels that fit; null and absent ask for none. */
function readQuantiles(collector: Collector, value: unknown): number[] {
  if (value === undefined || value === null) return [];
  const levels =
    collector.entries(value, MAX_QUANTILES)?.map((entry, i) =>
      collector.below(i).value(FIELDS.quantile, entry)
    ) ?? [];
  levels.forEach((level, i) => {
    if (level !== undefined && levels.indexOf(level) < i) {
      collector.add([i], "must be distinct from the others", "distinct");
    }
  });
  return levels.filter((level) => level !== undefined);
}

/** Rules between the fields of a series. */
function checkTogether(
  collector: Collector,
  overrides: Partial<Overrides>,
  counts: {
    readonly candles: number | undefined;
    readonly timestamps: number | undefined;
    readonly horizon: number | undefined;
    readonly quantiles: number;
    readonly events: number;
    readonly paths: number;
  },
  { config, info }: ValidationContext,
): void {
  const { candles, timestamps, horizon, paths } = counts;
  if (candles !== undefined && timestamps !== undefined && candles !== timestamps) {
    const message = `must be as many as candles: ${timestamps} for ${candles}`;
    collector.add(["timestamps"], message, "same_length_as_candles");
  }
  if (paths > config.maxSampleCount) {
    const message = `must be at most ${config.maxSampleCount} (KRONOS_MAX_SAMPLE_COUNT)`;
    collector.add(["overrides", "sample_count"], message, "max_sample_count");
  }
  for (const name of ["quantiles", "events"] as const) {
    if (counts[name] === 0 || paths > 1) continue;
    collector.add([name], "need more than one sample path (sample_count)", "several_paths");
  }
  if (horizon === undefined) return;
  if ((overrides.pred_len ?? horizon) !== horizon) {
    const message = `must equal the number of prediction timestamps, ${horizon}`;
    collector.add(["overrides", "pred_len"], message, "same_as_prediction_timestamps");
  }
  if (config.contextPolicy === "exact" && horizon > info.maxContext) {
    const message =
      `must have at most ${info.maxContext} entries under KRONOS_CONTEXT_POLICY=exact`;
    collector.add(["prediction_timestamps"], message, "max_context");
  }
}

/** The series, or undefined where it has a problem; its problems are noted. */
export function validateSeries(
  collector: Collector,
  series: JsonObject,
  idRequired: boolean,
  context: ValidationContext,
): ValidSeries | undefined {
  const before = collector.issues.length;
  const field = <Value>(name: string, schema: Rule<Value>): Value | undefined =>
    collector.below(name).value(schema, series[name]);
  const id = field("series_id", idRequired ? FIELDS.seriesId : FIELDS.seriesId.nullish());
  const candles = readCandles(collector, series);
  const [past, future] = [
    collector.below("timestamps"),
    collector.below("prediction_timestamps"),
  ];
  const texts = readTexts(past, series.timestamps, MAX_CANDLES);
  const nextTexts = readTexts(future, series.prediction_timestamps, MAX_HORIZON);
  const timestamps = checkStamps(past, texts ?? [], []);
  const predictionTimestamps = checkStamps(future, nextTexts ?? [], timestamps);
  const overrides = collector.below("overrides").fields(FIELDS.overrides, series.overrides ?? {});
  const seed = field("seed", FIELDS.seed.nullish()) ?? context.seed;
  const quantiles = readQuantiles(collector.below("quantiles"), series.quantiles);
  const { maxEvents } = context.config;
  const events = readEvents(
    collector.below("events"),
    series.events,
    maxEvents,
    nextTexts?.length,
  );
  const includeSamples = field("include_samples", FIELDS.flag.nullish()) ?? false;
  const includeWarnings = field("include_warnings", FIELDS.flag.nullish()) ?? false;
  const raw = field("raw", FIELDS.flag.nullish()) ?? false;
  const bands = quantiles.length > 0 || events.length > 0 || includeSamples;
  const { sampling, paths } = samplingOf(overrides, bands, context.config, context.info);
  checkTogether(collector, overrides, {
    candles: candles?.length,
    timestamps: texts?.length,
    horizon: nextTexts?.length,
    quantiles: quantiles.length,
    events: events.length,
    paths,
  }, context);
  if (collector.issues.length > before || candles === undefined) return undefined;
  const flat = flatCandles(candles as readonly Candle[]); // whole, or there would be a problem
  return {
    seriesId: id ?? null,
    predictionTimestamps: predictionTimestamps.map(({ text }) => text),
    warnings: includeWarnings ? inputWarnings(flat, timestamps.map(({ micros }) => micros)) : null,
    asksForSeed: ADDED_FIELDS.some((name) => series[name] !== undefined && series[name] !== null),
    request: {
      candles: flat,
      stamps: stampFeatures([...timestamps, ...predictionTimestamps]),
      horizon: predictionTimestamps.length,
      sampling,
      paths,
      seed,
      quantiles,
      events,
      includeSamples,
      raw,
      policy: context.config.contextPolicy,
    },
  };
}
