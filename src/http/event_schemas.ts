/** Events of a request and the answers to them, as schemas; docs/probabilities.md says what each means. */
import { z } from "@hono/zod-openapi";
import { requiredOr, VALUES } from "./value_schemas.ts";

const LEVEL_TYPES = ["close_above", "close_below", "touch_above", "touch_below"] as const;

const step = z.int().min(1).nullish().openapi({
  description: "From 1, at most the horizon, which it is where absent or null.",
});

const levelEvent = {
  type: z.enum(LEVEL_TYPES).openapi({
    description:
      "close_: the close of the candle at the step is beyond the level. touch_: the high " +
      "(low) of a candle up to the step reaches it.",
  }),
  level: VALUES.price,
  step,
};

const rangeEvent = {
  type: z.literal("range").openapi({
    description: "No candle up to the step touches either bound.",
  }),
  low: VALUES.price,
  high: VALUES.price.openapi({ description: "Above low." }),
  step,
};

const drawdownEvent = {
  type: z.literal("max_drawdown").openapi({
    description:
      "The greatest fall of a close up to the step below the highest before it, the last " +
      "of the input included, as a share of that.",
  }),
  step,
};

const EVENT_TYPES = [...LEVEL_TYPES, "range", "max_drawdown"] as const;

const probability = {
  step: z.int().min(1),
  probability: z.number().min(0).max(1).openapi({
    description: "The share of the sample paths where it happens.",
  }),
  standard_error: z.number().min(0).openapi({
    description: "Of the probability, sqrt(p (1 - p) / paths); never 0, see docs/probabilities.md.",
  }),
};

/** Events of a request, and the answers to them. */
export const EVENT_SCHEMAS = {
  /** Which event is asked for. */
  type: z.enum(EVENT_TYPES, { error: requiredOr }),
  /** The other fields of an event at a level. */
  level: z.object({ level: levelEvent.level, step }),
  /** Those of a range. */
  range: z.object({ low: rangeEvent.low, high: rangeEvent.high, step }),
  /** Those of a drawdown. */
  drawdown: z.object({ step }),
  /** An event, for the document. */
  event: z.union([
    z.object(levelEvent).openapi("LevelEvent"),
    z.object(rangeEvent).openapi("RangeEvent"),
    z.object(drawdownEvent).openapi("DrawdownEvent"),
  ]).openapi("Event"),
  /** The answer to one, for the document. */
  answer: z.union([
    z.object({ ...levelEvent, ...probability }).openapi("LevelEventAnswer"),
    z.object({ ...rangeEvent, ...probability }).openapi("RangeEventAnswer"),
    z.object({
      type: z.literal("max_drawdown"),
      step: z.int().min(1),
      expected: z.number().openapi({ description: "The mean over the sample paths." }),
      standard_error: z.number().min(0).openapi({ description: "Of the mean." }),
      quantiles: z.record(z.string(), z.number()).openapi({
        description:
          "At the levels of `quantiles`; at 0.1, 0.5 and 0.9 where the request has none.",
      }),
    }).openapi("DrawdownEventAnswer"),
  ]).openapi("EventAnswer"),
} as const;
