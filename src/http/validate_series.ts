/** From the JSON value of one series to what the forecaster takes; every problem is noted. */
import type { Config } from "../config.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import { calendarWarnings } from "../forecast/calendar/calendar_warnings.ts";
import type { ForecastLimits } from "../forecast/forecast_warnings.ts";
import { inputWarnings } from "../forecast/input_warnings.ts";
import { stampFeatures } from "../forecast/timestamps.ts";
import type { Warning } from "../forecast/warning.ts";
import type { ModelInfo } from "../inference/engine.ts";
import type { Collector, JsonObject, Rule } from "./collector.ts";
import { flatCandles, readCandles, repairWarnings } from "./read_candles.ts";
import { readEvents } from "./read_events.ts";
import {
  type PredictionTimes,
  readPredictionTimes,
  readTimestamps,
  type Timestamps,
} from "./read_timestamps.ts";
import { samplingOf } from "./sampling_defaults.ts";
import { type Candle, FIELDS, MAX_QUANTILES, type Overrides } from "./schemas.ts";
import { checkPaths, checkSameLength } from "./series_rules.ts";

/** One valid series of a request. */
export interface ValidSeries {
  /** As sent; null where none was. */
  readonly seriesId: string | null;
  /** What the forecaster takes. */
  readonly request: SeriesRequest;
  /** As sent, or as they go on: one for each step, ascending, all after the input's. */
  readonly predictionTimestamps: readonly string[];
  /** What is odd about the input; null where the answer need not say. */
  readonly warnings: readonly Warning[] | null;
  /** From where its forecast is odd. */
  readonly warningLimits: ForecastLimits;
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
  "horizon",
  "calendar",
  "quantiles",
  "events",
  "include_samples",
  "include_warnings",
  "raw",
] as const;

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
    readonly future: PredictionTimes;
    readonly quantiles: number;
    readonly events: number;
    readonly paths: number;
  },
  { config, info }: ValidationContext,
): void {
  const { candles, timestamps, paths, future: { count: horizon, field } } = counts;
  checkSameLength(collector, candles, timestamps);
  checkPaths(collector, paths, config);
  for (const name of ["quantiles", "events"] as const) {
    if (counts[name] === 0 || paths > 1) continue;
    collector.add([name], "need more than one sample path (sample_count)", "several_paths");
  }
  if (horizon === undefined) return;
  if ((overrides.pred_len ?? horizon) !== horizon) {
    const message = `must equal the steps to forecast, ${horizon}`;
    collector.add(["overrides", "pred_len"], message, "same_as_prediction_timestamps");
  }
  if (config.contextPolicy === "exact" && horizon > info.maxContext) {
    const message = `must be at most ${info.maxContext} steps under KRONOS_CONTEXT_POLICY=exact`;
    collector.add([field], message, "max_context");
  }
}

/** What is odd about input and times. */
function seriesWarnings(
  candles: readonly Candle[],
  flat: Float64Array,
  { stamps: past }: Timestamps,
  { stamps: future, field, calendar }: PredictionTimes,
  { warnStaleCandles: staleCandles, clipValue }: Config,
): Warning[] {
  return [
    ...repairWarnings(candles),
    ...inputWarnings(flat, { staleCandles, clipValue }),
    ...calendarWarnings({ past, future, field, calendar }),
  ];
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
  const past = readTimestamps(collector, series);
  const future = readPredictionTimes(collector, series, past);
  const overrides = collector.below("overrides").fields(FIELDS.overrides, series.overrides ?? {});
  const seed = field("seed", FIELDS.seed.nullish()) ?? context.seed;
  const quantiles = readQuantiles(collector.below("quantiles"), series.quantiles);
  const events = readEvents(
    collector.below("events"),
    series.events,
    context.config.maxEvents,
    future.count,
  );
  const includeSamples = field("include_samples", FIELDS.flag.nullish()) ?? false;
  const includeWarnings = field("include_warnings", FIELDS.flag.nullish()) ?? events.length > 0;
  const raw = field("raw", FIELDS.flag.nullish()) ?? false;
  const bands = quantiles.length > 0 || events.length > 0 || includeSamples;
  const { sampling, paths } = samplingOf(overrides, bands, context.config, context.info);
  checkTogether(collector, overrides, {
    candles: candles?.length,
    timestamps: past.count,
    future,
    quantiles: quantiles.length,
    events: events.length,
    paths,
  }, context);
  if (collector.issues.length > before || candles === undefined) return undefined;
  const whole = candles as readonly Candle[]; // or there would be a problem
  const flat = flatCandles(whole);
  return {
    seriesId: id ?? null,
    predictionTimestamps: future.stamps.map(({ text }) => text),
    warnings: includeWarnings ? seriesWarnings(whole, flat, past, future, context.config) : null,
    warningLimits: {
      rangeFactor: context.config.warnRangeFactor,
      eventPaths: context.config.warnEventPaths,
    },
    asksForSeed: ADDED_FIELDS.some((name) => series[name] !== undefined && series[name] !== null),
    request: {
      candles: flat,
      stamps: stampFeatures([...past.stamps, ...future.stamps]),
      horizon: future.stamps.length,
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
