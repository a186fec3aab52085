/** The calendar of a request. */
import { z } from "@hono/zod-openapi";
import { requiredOr } from "./value_schemas.ts";

const MAX_ZONE_CHARACTERS = 64;

const clock = z.string({ error: requiredOr }).max(5);

const session = z.object({
  open: clock.openapi({
    description: "`HH:MM`. At or after close, the session begins on the day before.",
    example: "09:30",
  }),
  close: clock.openapi({
    description: "`HH:MM`, `24:00` at most; no candle begins at it or after.",
    example: "16:00",
  }),
  zone: z.string().max(MAX_ZONE_CHARACTERS).nullish().openapi({
    description:
      "An IANA time zone, or an offset such as `+05:30`. Absent or null: the wall clock " +
      "as the stamps write it. Stamps without a zone are in this one.",
    example: "America/New_York",
  }),
  days: z.array(z.int().min(1).max(7)).min(1).max(7).nullish().openapi({
    description: "Days on which a session ends, 1 (Monday) to 7. Absent or null: 1 to 5.",
  }),
}, { error: requiredOr }).openapi("Session");

/** What a calendar is held against. */
export const CALENDAR_SCHEMAS = {
  /** Trading hours. */
  session,
  /** All of it, for the document. */
  calendar: z.union([z.enum(["24/7", "weekdays"]), z.object({ session })]).openapi("Calendar"),
} as const;
