/** Prices and sizes as a request sends them. */
import { z } from "@hono/zod-openapi";
import { REQUIRED } from "./issues.ts";

/** The largest price or volume: the model works in float32, whose squares overflow past it. */
export const MAX_VALUE = 1e18;

/** An absent field says so, a wrong one says what is expected. */
export const requiredOr = (issue: { input: unknown }): string | undefined =>
  issue.input === undefined ? REQUIRED : undefined;

/** Prices are above 0, sizes at least 0, both at most `MAX_VALUE`. */
export const VALUES = {
  price: z.number({ error: requiredOr }).positive().max(MAX_VALUE),
  size: z.number().min(0).max(MAX_VALUE),
} as const;
