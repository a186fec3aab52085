/** From a JSON value to series to forecast; all problems of a request at once. */
import type { z } from "@hono/zod-openapi";
import type { Config } from "../config.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import { parseTimestamp, stampFeatures, type Timestamp } from "../forecast/timestamps.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { FEATURES } from "../kronos/architecture.ts";
import { validationError } from "./errors.ts";
import { describeIssues, fromZod, type PathIssue, REQUIRED } from "./issues.ts";
import { type Candle, FIELDS, type Overrides } from "./schemas.ts";
import { samplingOf } from "./sampling_defaults.ts";

/** One valid series of a request. */
export interface ValidSeries {
  /** The id as sent; null where a single request has none. */
  readonly seriesId: string | null;
  /** What the forecaster takes. */
  readonly request: SeriesRequest;
  /** Of the input, one for each candle. */
  readonly timestamps: readonly Timestamp[];
  /** Of the forecast, one for each step. */
  readonly predictionTimestamps: readonly Timestamp[];
  /** Whether the answer tells what is odd about the input. */
  readonly includeWarnings: boolean;
  /** Whether the request used a field that this service added, so that the answer carries the seed. */
  readonly asksForSeed: boolean;
}

/** What a validation may ask about the service. */
export interface ValidationContext {
  /** Limits and defaults. */
  readonly config: Config;
  /** The context and the sampling defaults of the loaded model. */
  readonly info: ModelInfo;
  /** The seed of series that name none. */
  readonly seed: number;
}

const ADDED_FIELDS = ["seed", "quantiles", "include_samples", "include_warnings", "raw"] as const;

/** Collects problems below a path of the document. */
class Collector {
  /** Every problem so far, under its whole path. */
  readonly issues: PathIssue[];
  readonly #prefix: readonly (string | number)[];

  constructor(issues: PathIssue[], prefix: readonly (string | number)[]) {
    this.issues = issues;
    this.#prefix = prefix;
  }

  /** Notes a problem. */
  add(path: readonly (string | number)[], message: string, constraint: string): void {
    this.issues.push({ path: [...this.#prefix, ...path], message, constraint });
  }

  /** The value if it fits its schema; otherwise its problems are noted. */
  parse<Schema extends z.ZodType>(
    schema: Schema,
    object: Readonly<Record<string, unknown>>,
    field: string,
  ): z.output<Schema> | undefined {
    const parsed = schema.safeParse(object[field], { reportInput: true });
    if (parsed.success) return parsed.data;
    const prefix = [...this.#prefix, field];
    this.issues.push(...parsed.error.issues.map((issue) => fromZod(prefix, issue)));
    return undefined;
  }
}

function checkCandles(collector: Collector, candles: readonly Candle[]): void {
  candles.forEach(({ open, high, low, close }, i) => {
    if (high < Math.max(open, close, low)) {
      const message = "must be at least open, close and low";
      collector.add(["candles", i, "high"], message, "high_is_highest");
    }
    if (low > Math.min(open, close)) {
      collector.add(["candles", i, "low"], "must be at most open and close", "low_is_lowest");
    }
  });
}

/** Parses stamps and checks their order; what cannot be parsed is noted and left out of the order. */
function checkStamps(
  collector: Collector,
  field: string,
  texts: readonly string[],
  after: Timestamp | undefined,
): Timestamp[] {
  const stamps: Timestamp[] = [];
  let previous = after;
  texts.forEach((text, i) => {
    const stamp = parseTimestamp(text);
    if (stamp === null) {
      collector.add([field, i], "must be an ISO 8601 date and time that exists", "iso8601");
      return;
    }
    if (previous !== undefined) {
      if (stamp.zoned !== previous.zoned) {
        const message = "must have a zone if the others have one, and none if they have none";
        collector.add([field, i], message, "one_kind_of_zone");
      } else if (stamp.micros <= previous.micros) {
        const first = stamps.length === 0 && after !== undefined;
        const rule = first ? "after_last_input" : "strictly_ascending";
        collector.add([field, i], `must be later than ${previous.text}`, rule);
      }
    }
    previous = stamp;
    stamps.push(stamp);
  });
  return stamps;
}

function flatCandles(candles: readonly Candle[]): Float64Array {
  const out = new Float64Array(candles.length * FEATURES);
  candles.forEach(({ open, high, low, close, volume, amount }, i) => {
    const traded = volume ?? 0;
    const turnover = amount ?? traded * (open + high + low + close) / 4;
    out.set([open, high, low, close, traded, turnover], i * FEATURES);
  });
  return out;
}

function checkQuantiles(collector: Collector, levels: readonly number[], paths: number): void {
  levels.forEach((level, i) => {
    if (levels.indexOf(level) !== i) {
      collector.add(["quantiles", i], "must be distinct from the others", "distinct");
    }
  });
  if (levels.length > 0 && paths === 1) {
    collector.add(["quantiles"], "need more than one sample path (sample_count)", "several_paths");
  }
}

/** One series: its problems are noted; undefined where it has any. */
function validateSeries(
  collector: Collector,
  series: Readonly<Record<string, unknown>>,
  idRequired: boolean,
  { config, info, seed: requestSeed }: ValidationContext,
): ValidSeries | undefined {
  const before = collector.issues.length;
  const id = collector.parse(
    idRequired ? FIELDS.seriesId : FIELDS.seriesId.nullish(),
    series,
    "series_id",
  );
  const candles = collector.parse(FIELDS.candles, series, "candles");
  const texts = collector.parse(FIELDS.timestamps, series, "timestamps");
  const nextTexts = collector.parse(FIELDS.predictionTimestamps, series, "prediction_timestamps");
  const overrides = collector.parse(FIELDS.overrides.nullish(), series, "overrides");
  const seed = collector.parse(FIELDS.seed.nullish(), series, "seed") ?? requestSeed;
  const quantiles = collector.parse(FIELDS.quantiles.nullish(), series, "quantiles") ?? [];
  const flag = (name: string): boolean =>
    collector.parse(FIELDS.flag.nullish(), series, name) ?? false;
  const includeSamples = flag("include_samples");
  const includeWarnings = flag("include_warnings");
  const raw = flag("raw");
  if (candles !== undefined) checkCandles(collector, candles);
  const timestamps = checkStamps(collector, "timestamps", texts ?? [], undefined);
  const next = checkStamps(collector, "prediction_timestamps", nextTexts ?? [], timestamps.at(-1));
  if (candles !== undefined && texts !== undefined && candles.length !== texts.length) {
    const message = `must be as many as candles: ${texts.length} for ${candles.length}`;
    collector.add(["timestamps"], message, "same_length_as_candles");
  }
  const bands = quantiles.length > 0 || includeSamples;
  const { sampling, paths } = samplingOf(overrides ?? {}, bands, config, info);
  checkWork(collector, overrides ?? {}, nextTexts?.length, paths, { config, info });
  checkQuantiles(collector, quantiles, paths);
  if (collector.issues.length > before || candles === undefined) return undefined;
  return {
    seriesId: id ?? null,
    timestamps,
    predictionTimestamps: next,
    includeWarnings,
    asksForSeed: ADDED_FIELDS.some((name) => series[name] !== undefined && series[name] !== null),
    request: {
      candles: flatCandles(candles),
      stamps: stampFeatures([...timestamps, ...next]),
      horizon: next.length,
      sampling,
      paths,
      seed,
      quantiles,
      includeSamples,
      raw,
      policy: config.contextPolicy,
    },
  };
}

/** Limits that depend on settings or on the model. */
function checkWork(
  collector: Collector,
  overrides: Overrides,
  horizon: number | undefined,
  paths: number,
  { config, info }: Pick<ValidationContext, "config" | "info">,
): void {
  if (paths > config.maxSampleCount) {
    const message = `must be at most ${config.maxSampleCount} (KRONOS_MAX_SAMPLE_COUNT)`;
    collector.add(["overrides", "sample_count"], message, "max_sample_count");
  }
  if (horizon === undefined) return;
  if (
    overrides.pred_len !== undefined && overrides.pred_len !== null &&
    overrides.pred_len !== horizon
  ) {
    const message = `must equal the number of prediction timestamps, ${horizon}`;
    collector.add(["overrides", "pred_len"], message, "same_as_prediction_timestamps");
  }
  if (config.contextPolicy === "exact" && horizon > info.maxContext) {
    const message = `must be at most ${info.maxContext} under KRONOS_CONTEXT_POLICY=exact`;
    collector.add(["prediction_timestamps"], message, "max_context");
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rows of the answer: mean, quantiles and samples of every series. */
function checkResponseRows(
  collector: Collector,
  valid: readonly ValidSeries[],
  limit: number,
): void {
  const rows = valid.reduce(
    (sum, { request: { horizon, quantiles, includeSamples, paths } }) =>
      sum + horizon * (1 + quantiles.length + (includeSamples ? paths : 0)),
    0,
  );
  if (rows <= limit) return;
  const message = `asks for ${rows} candles, more than ${limit} (KRONOS_MAX_RESPONSE_ROWS)`;
  collector.add([], message, "max_response_rows");
}

function finish(document: unknown, issues: readonly PathIssue[]): void {
  if (issues.length > 0) throw validationError(describeIssues(document, issues));
}

/**
 * The body of a single request.
 *
 * @throws ApiError ValidationError with every problem
 */
export function validateSingle(document: unknown, context: ValidationContext): ValidSeries[] {
  const collector = new Collector([], []);
  if (!isObject(document)) collector.add([], "must be a JSON object", "object");
  const valid = isObject(document)
    ? validateSeries(collector, document, false, context)
    : undefined;
  const all = valid === undefined ? [] : [valid];
  checkResponseRows(collector, all, context.config.maxResponseRows);
  finish(document, collector.issues);
  return all;
}

/**
 * The body of a batch: an invalid item refuses all of it.
 *
 * @throws ApiError ValidationError with every problem
 */
export function validateBatch(document: unknown, context: ValidationContext): ValidSeries[] {
  const root = new Collector([], []);
  const items = isObject(document) ? document.items : undefined;
  const limit = context.config.maxBatchItems;
  const valid: ValidSeries[] = [];
  if (!isObject(document)) root.add([], "must be a JSON object", "object");
  else if (items === undefined) root.add(["items"], REQUIRED, "required");
  else if (!Array.isArray(items)) root.add(["items"], "must be an array", "array");
  else if (items.length === 0) root.add(["items"], "must be at least 1 entries long", "min");
  else if (items.length > limit) {
    root.add(["items"], `must be at most ${limit} entries long (KRONOS_MAX_BATCH_ITEMS)`, "max");
  } else {
    items.forEach((item: unknown, i) => {
      const collector = new Collector(root.issues, ["items", i]);
      if (!isObject(item)) collector.add([], "must be an object", "object");
      const series = isObject(item) ? validateSeries(collector, item, true, context) : undefined;
      if (series !== undefined) valid.push(series);
    });
  }
  checkResponseRows(root, valid, context.config.maxResponseRows);
  finish(document, root.issues);
  return valid;
}
