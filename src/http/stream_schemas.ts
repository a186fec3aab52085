/** Events of a streamed prediction as schemas: only the OpenAPI document reads them. */
import { z } from "@hono/zod-openapi";
import { errorSchema, predictedCandleSchema, predictionSchema, type Schema } from "./schemas.ts";

/** The first event. */
const startSchema = z.object({
  series_id: z.string().nullable(),
  seed: z.int(),
  horizon: z.int(),
  sample_count: z.int(),
  quantile_levels: z.array(z.number()),
  model_version: z.string(),
  tokenizer_version: z.string(),
}).openapi("StreamStart");

/** One for each step. */
const candleSchema = z.object({
  step: z.int().min(1),
  candle: predictedCandleSchema,
  quantiles: z.record(z.string(), predictedCandleSchema),
}).openapi("StreamCandle");

/** The last event of a forecast. */
const summarySchema = predictionSchema.omit({ prediction: true, quantiles: true }).extend({
  seed: z.int(),
  steps: z.int(),
  timings: z.object({
    queue_ms: z.number(),
    tokenize_ms: z.number(),
    prefill_ms: z.number(),
    decode_ms: z.number(),
    total_ms: z.number(),
  }).openapi({ description: "What Server-Timing says of a single forecast." }),
}).openapi("StreamSummary");

/** One line of `application/x-ndjson`; server-sent events carry the same by `event`, `id` and `data`. */
export const streamLineSchema: Schema = z.discriminatedUnion("event", [
  z.object({ event: z.literal("start"), data: startSchema }),
  z.object({ event: z.literal("candle"), id: z.int().min(1), data: candleSchema }),
  z.object({ event: z.literal("heartbeat") }),
  z.object({ event: z.literal("summary"), data: summarySchema }),
  z.object({ event: z.literal("error"), data: errorSchema }),
]).openapi("StreamLine");
