/** Requests and answers as schemas: they validate, and the OpenAPI document is made from them. */
import { z } from "@hono/zod-openapi";
import { ERRORS, type ErrorType, MAX_ISSUES } from "./errors.ts";
import { CALENDAR_SCHEMAS } from "./calendar_schema.ts";
import { EVENT_SCHEMAS } from "./event_schemas.ts";
import { requiredOr, VALUES } from "./value_schemas.ts";

/** A schema that only the OpenAPI document reads, so that what it yields does not matter. */
export type Schema = z.ZodType;

/** The same of an object, which others may be made from. */
export type ObjectSchema = z.ZodObject;

/** A candle as a request sends it. Prices are above 0, sizes at least 0, all at most `MAX_VALUE`. */
export interface Candle {
  /** Price at the begin. */
  readonly open: number;
  /** At least every other price. */
  readonly high: number;
  /** At most every other price. */
  readonly low: number;
  /** Price at the end. */
  readonly close: number;
  /** Absent or null: 0. */
  readonly volume?: number | null | undefined;
  /** Absent or null: volume times the mean of the four prices. */
  readonly amount?: number | null | undefined;
}

/** How a request wants to be sampled; what is absent or null comes from the defaults. */
export interface Overrides {
  /** Steps, 1 to `MAX_HORIZON`: a check on the number of prediction timestamps. */
  readonly pred_len?: number | null | undefined;
  /** Above 0, at most 10: logits are divided by it. */
  readonly temperature?: number | null | undefined;
  /** 0 switches it off; otherwise `top_p` is ignored. */
  readonly top_k?: number | null | undefined;
  /** In (0, 1]. */
  readonly top_p?: number | null | undefined;
  /** Sample paths, at least 1. */
  readonly sample_count?: number | null | undefined;
}

/** Candles of an input at most: what the model folder's encoder is built for. */
export const MAX_CANDLES = 2048;
/** Steps of a forecast at most. */
export const MAX_HORIZON = 512;
/** Quantiles of one request at most. */
export const MAX_QUANTILES = 19;
/** Characters of an id at most: it is echoed and logged. */
const MAX_ID_CHARACTERS = 256;

const { price, size } = VALUES;

/** One candle; consistency of its prices is checked beside the schema, see validate.ts. */
const candleSchema = z.object({
  open: price,
  high: price.openapi({ description: "At least open and close." }),
  low: price.openapi({ description: "At most open and close." }),
  close: price,
  volume: size.nullish().openapi({ description: "Absent or null: 0." }),
  amount: size.nullish().openapi({
    description: "Absent or null: volume times the mean of the four prices.",
  }),
}, { error: requiredOr }).openapi("Candle");

/** A time stamp; what it must say beside being text is in timestamps.ts. */
const timestampSchema = z.string({ error: requiredOr }).max(64).openapi({
  description:
    "ISO 8601; a date alone, `T` or a space, fractions, `Z`, an offset or no zone. The wall clock as written counts.",
  example: "2024-01-01T09:30:00",
});

/** How to sample. */
const overridesSchema = z.object({
  pred_len: z.int().min(1).max(MAX_HORIZON).nullish().openapi({
    description: "Must equal the number of prediction timestamps, or the horizon.",
  }),
  temperature: z.number().positive().max(10).nullish(),
  top_k: z.int().min(0).nullish().openapi({ description: "0: off. Otherwise top_p is ignored." }),
  top_p: z.number().positive().max(1).nullish(),
  sample_count: z.int().min(1).nullish().openapi({
    description: "Sample paths; at most KRONOS_MAX_SAMPLE_COUNT.",
  }),
}).openapi("Overrides");

/** A series' id. */
const seriesIdSchema = z.string({ error: requiredOr }).max(MAX_ID_CHARACTERS);
/** Fixes every random number. */
const seedSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Steps to forecast. */
const horizonSchema = z.int().min(1).max(MAX_HORIZON);
/** Level of a quantile to answer with. */
const quantileSchema = z.number().gt(0).lt(1);
/** A switch of the request. */
const flagSchema = z.boolean();

/** What the fields of a series are held against, each alone so that every problem is found. */
export const FIELDS = {
  seriesId: seriesIdSchema,
  candle: candleSchema,
  timestamp: timestampSchema,
  overrides: overridesSchema,
  seed: seedSchema,
  horizon: horizonSchema,
  quantile: quantileSchema,
  flag: flagSchema,
} as const;

const optional = {
  overrides: overridesSchema.nullish(),
  seed: seedSchema.nullish().openapi({
    description: "The same seed, input and settings give the same numbers, alone or in any batch.",
  }),
  quantiles: z.array(quantileSchema).min(1).max(MAX_QUANTILES).nullish().openapi({
    description: "Distinct levels; they need more than one sample path.",
  }),
  events: z.array(EVENT_SCHEMAS.event).min(1).nullish().openapi({
    description:
      "What to answer the probability of, in this order; at most KRONOS_MAX_EVENTS, 64 " +
      "unless set. They need more than one sample path.",
  }),
  include_samples: flagSchema.nullish(),
  include_warnings: flagSchema.nullish().openapi({
    description: "Absent or null: where events are asked for.",
  }),
  raw: flagSchema.nullish().openapi({ description: "The model's output untouched." }),
};

const series = {
  candles: z.array(candleSchema).min(1).max(MAX_CANDLES),
  timestamps: z.array(timestampSchema).min(1).max(MAX_CANDLES).openapi({
    description:
      "As many as candles, strictly ascending as instants. All stamps of a series, those to forecast included, carry a zone (offsets may differ) or none does.",
  }),
  prediction_timestamps: z.array(timestampSchema).min(1).max(MAX_HORIZON).nullish().openapi({
    description:
      "Strictly ascending, all after the last input stamp. One of these and horizon is required.",
  }),
  horizon: horizonSchema.nullish().openapi({
    description:
      "Steps to forecast, in place of prediction_timestamps: the stamps go on as the input's do, written like its last one.",
  }),
  calendar: CALENDAR_SCHEMAS.calendar.nullish().openapi({
    description: "When the market trades, for a horizon and for warnings. Absent or null: as the " +
      "input's stamps tell.",
  }),
  ...optional,
};

/** The body of `POST /v1/predict/single`. */
export const singleRequestSchema: Schema = z.object({
  series_id: seriesIdSchema.nullish(),
  ...series,
})
  .openapi("PredictRequest");

/** The body of `POST /v1/predict/batch`. */
export const batchRequestSchema: Schema = z.object({
  items: z.array(z.object({ series_id: seriesIdSchema, ...series }).openapi("BatchItem"))
    .min(1)
    .openapi({ description: "At most KRONOS_MAX_BATCH_ITEMS, 256 unless set." }),
}).openapi("BatchRequest");

/** A candle of an answer. */
export const predictedCandleSchema: Schema = z.object({
  timestamp: z.string(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
  amount: z.number(),
}).openapi("PredictedCandle");

/** What is odd about a series, though not wrong; docs/warnings.md has the codes. */
const warningSchema = z.object({
  code: z.string(),
  message: z.string(),
  field: z.string(),
  index: z.int().nullable(),
}).openapi("Warning");

/** The answer for one series. */
export const predictionSchema: ObjectSchema = z.object({
  series_id: z.string().nullable(),
  prediction: z.array(predictedCandleSchema).openapi({
    description: "The mean over the sample paths.",
  }),
  model_version: z.string(),
  tokenizer_version: z.string(),
  quantiles: z.record(z.string(), z.array(predictedCandleSchema)).optional(),
  samples: z.array(z.array(predictedCandleSchema)).optional(),
  events: z.array(EVENT_SCHEMAS.answer).optional().openapi({
    description: "One for each event of the request, in its order.",
  }),
  warnings: z.array(warningSchema).optional(),
  seed: z.int().optional(),
}).openapi("Prediction");

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Where a problem is and which rule it breaks. */
const issueFields = {
  field: z.string().optional().openapi({
    description: "Dotted path, with the index of `items`: `items[3].candles.low`.",
  }),
  index: z.int().min(0).optional().openapi({ description: "The index below, e.g. of the candle." }),
  value: scalar.optional().openapi({
    description: "What was sent, cut to 100 characters; absent for objects and arrays.",
  }),
  constraint: z.string().optional().openapi({ description: "The rule, for programs." }),
};

/** The one body of every error. */
export const errorSchema: Schema = z.object({
  error: z.object({
    type: z.enum(Object.keys(ERRORS) as [ErrorType, ...ErrorType[]]),
    message: z.string(),
    details: z.looseObject({
      ...issueFields,
      position: z.int().min(0).optional().openapi({
        description: "Where the body stops being JSON, in characters (UTF-16 units) from 0.",
      }),
      issues: z.array(z.object({ message: z.string(), ...issueFields })).max(MAX_ISSUES).optional(),
    }).optional().openapi({ description: "Absent from a 500 alone." }),
    request_id: z.string(),
    timestamp: z.string(),
  }),
}).openapi("Error");

/** The answer of `/v1/readyz`. */
export const readinessSchema: Schema = z.object({
  status: z.enum(["ok", "loading", "draining", "circuit_open", "unhealthy"]),
  model_loaded: z.boolean(),
  device: z.string(),
  device_warning: z.string().nullable(),
}).openapi("Readiness");

const health = z.enum(["healthy", "degraded", "unhealthy"]);

/** The answer of `/v1/healthz/detailed`. */
export const detailedHealthSchema: Schema = z.object({
  status: health,
  timestamp: z.string(),
  uptime_seconds: z.number(),
  checks: z.object({
    model: z.object({
      status: health,
      loaded: z.boolean(),
      version: z.string().nullable(),
      device: z.string().nullable(),
      circuit: z.enum(["closed", "open", "half_open"]),
      last_prediction: z.string().nullable(),
      predictions_total: z.int(),
      failures_total: z.int(),
      load_failure: z.string().nullable(),
      replicas_serving: z.int(),
      replicas_total: z.int(),
    }),
    memory: z.object({
      status: health,
      process_mb: z.number(),
      usage_mb: z.number(),
      limit_mb: z.number(),
      usage_percent: z.number(),
      system_total_mb: z.number(),
      system_available_mb: z.number(),
      system_percent: z.number(),
    }),
    disk: z.object({
      status: health,
      free_gb: z.number(),
      total_gb: z.number(),
      percent: z.number(),
    }),
    queue: z.object({
      status: health,
      waiting: z.int(),
      running: z.int(),
      limit: z.int(),
    }),
  }),
}).openapi("DetailedHealth");
