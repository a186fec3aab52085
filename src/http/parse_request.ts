/** From the bytes of a body to the series that it asks for; the same on any thread. */
import { parseJson } from "./parse_json.ts";
import { validateBacktest, type ValidBacktest } from "./validate_backtest.ts";
import { validateBatch, validateSingle } from "./validate.ts";
import type { ValidationContext, ValidSeries } from "./validate_series.ts";

/** Endpoints that forecast the series of their body. */
export type SeriesEndpoint = "single" | "batch" | "stream";

/** The name of an endpoint that forecasts, as metrics label it. */
export type Endpoint = SeriesEndpoint | "backtest";

/**
 * The series of a request.
 *
 * @param context null without a model: then it is read but not validated, and yields nothing
 * @throws ApiError MalformedRequest or ValidationError
 */
export function parseRequest(
  endpoint: SeriesEndpoint,
  bytes: Uint8Array,
  context: ValidationContext | null,
): ValidSeries[] {
  const document = parseJson(bytes);
  if (context === null) return [];
  return endpoint === "batch"
    ? validateBatch(document, context)
    : validateSingle(document, context);
}

/** The backtest of a request; null without a model. See `parseRequest()`. */
export function parseBacktest(
  bytes: Uint8Array,
  context: ValidationContext | null,
): ValidBacktest | null {
  const document = parseJson(bytes);
  return context === null ? null : validateBacktest(document, context);
}
