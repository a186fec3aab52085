/** Requests and answers of backtests as schemas. */
import { z } from "@hono/zod-openapi";
import { errorSchema, FIELDS, MAX_HORIZON, type Schema } from "./schemas.ts";

/** The largest seed: each window has one of its own, counted up from it. */
const MAX_SEED = 2 ** 52;

/** What the fields of a backtest are held against beside those of a series. */
export const BACKTEST_FIELDS = {
  horizon: z.int().min(1).max(MAX_HORIZON),
  windows: z.int().min(1),
  step: z.int().min(1),
  context: z.int().min(2),
  seed: z.int().min(0).max(MAX_SEED),
} as const;

/** Where a request does not say. */
export const BACKTEST_DEFAULTS = { horizon: 16, windows: 5 } as const;

/** The body of `POST /v1/backtest`. */
export const backtestRequestSchema: Schema = z.object({
  series_id: FIELDS.seriesId.nullish(),
  candles: z.array(FIELDS.candle).min(2).openapi({
    description: "At most KRONOS_BACKTEST_MAX_CANDLES, 10000 unless set.",
  }),
  timestamps: z.array(FIELDS.timestamp).min(2).openapi({
    description: "As many as candles, strictly ascending as instants.",
  }),
  horizon: BACKTEST_FIELDS.horizon.nullish().openapi({
    description: `Steps of each forecast; ${BACKTEST_DEFAULTS.horizon} unless given.`,
  }),
  windows: BACKTEST_FIELDS.windows.nullish().openapi({
    description:
      "Forecasts, of which the last ends with the last candle; 5 unless given, at most " +
      "KRONOS_BACKTEST_MAX_WINDOWS, 50 unless set. Windows times steps times paths are at most " +
      "KRONOS_BACKTEST_MAX_TOKENS, 100000 unless set.",
  }),
  step: BACKTEST_FIELDS.step.nullish().openapi({
    description: "Candles from one window to the next; absent or null: the horizon.",
  }),
  context: BACKTEST_FIELDS.context.nullish().openapi({
    description: "Candles that each forecast sees; absent or null: what fits, at most the model's.",
  }),
  seed: BACKTEST_FIELDS.seed.nullish(),
  overrides: FIELDS.overrides.nullish().openapi({
    description: "How to sample, more than one path; `pred_len` must equal the horizon.",
  }),
}).openapi("BacktestRequest");

const estimate = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
}).openapi("Estimate", { description: "A number and its 95% interval, by bootstrap of windows." });

/** By the share of the probability in the middle: "0.5", "0.8", "0.9". */
const byBand = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);

/** A share of the last close; null where it is past all numbers, as no market's is. */
const share = z.number().nullable();

/** Continuous ranked probability scores of the close, as shares of the last close: less is better. */
const contenders = z.object({
  model: share,
  last_value: share,
  gaussian: share,
  bootstrap: share,
  ewma_gaussian: share,
  ewma_bootstrap: share,
});

const windowSchema = z.object({
  window: z.int().min(1),
  origin: z.string().openapi({ description: "The last candle that the forecast saw." }),
  last_close: z.number(),
  timestamps: z.array(z.string()),
  actual: z.array(z.number()).openapi({ description: "Closes that came." }),
  mean: z.array(z.number()).openapi({ description: "Closes, the mean of the paths." }),
  bands: byBand(z.object({ low: z.array(z.number()), high: z.array(z.number()) })),
  scores: z.array(z.object({
    step: z.int().min(1),
    crps: contenders,
    error: share.openapi({ description: "Of the mean, as a share of the last close." }),
    covered: byBand(z.boolean()),
    direction: z.boolean().nullable().openapi({
      description: "Whether the mean went the way of the close; null where that did not move.",
    }),
  })),
}).openapi("BacktestWindow");

const startFields = {
  series_id: z.string().nullable(),
  model_version: z.string(),
  tokenizer_version: z.string(),
  seed: z.int(),
  horizon: z.int(),
  step: z.int(),
  context: z.int(),
  sample_count: z.int(),
};

const startSchema = z.object({ ...startFields, windows: z.int() }).openapi("BacktestStart");

const resultFields = {
  verdict: z.enum(["better", "worse", "undecided"]),
  sentence: z.string().openapi({ description: "The verdict for a person." }),
  crps_ratio: estimate.nullable().openapi({
    description:
      "CRPS to that of the better random walk, the geometric mean over the steps: below " +
      "1 is better. Null where the candles do not move, or as no market does.",
  }),
  mae_ratio: estimate.nullable().openapi({
    description: "Absolute error of the mean to that of the last value.",
  }),
  direction: estimate.nullable().openapi({
    description: "Share of windows that went the way of the mean.",
  }),
  coverage: byBand(estimate).openapi({ description: "Share of closes that each band held." }),
  steps: z.array(z.object({
    step: z.int().min(1),
    crps_ratio: estimate.nullable(),
    crps: contenders,
    mae: z.object({ model: share, last_value: share }),
    coverage: byBand(z.number()),
    direction: z.number().nullable(),
  })),
};

const summarySchema = z.object({ ...startFields, ...resultFields, windows: z.int() })
  .openapi("BacktestSummary");

/** The whole answer. */
export const backtestSchema: Schema = z.object({
  ...startFields,
  ...resultFields,
  windows: z.array(windowSchema),
}).openapi("Backtest");

/** One line of the answer as `application/x-ndjson`. */
export const backtestLineSchema: Schema = z.discriminatedUnion("event", [
  z.object({ event: z.literal("start"), data: startSchema }),
  z.object({ event: z.literal("window"), id: z.int().min(1), data: windowSchema }),
  z.object({ event: z.literal("heartbeat") }),
  z.object({ event: z.literal("summary"), data: summarySchema }),
  z.object({ event: z.literal("error"), data: errorSchema }),
]).openapi("BacktestLine");
