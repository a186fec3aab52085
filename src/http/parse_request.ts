/** From the bytes of a body to the series that it asks for; the same on any thread. */
import { parseJson } from "./parse_json.ts";
import { validateBatch, validateSingle } from "./validate.ts";
import type { ValidationContext, ValidSeries } from "./validate_series.ts";

/** The name of a prediction endpoint, as metrics label it. */
export type Endpoint = "single" | "batch" | "stream";

/**
 * The series of a request.
 *
 * @param context null without a model: then it is read but not validated, and yields nothing
 * @throws ApiError MalformedRequest or ValidationError
 */
export function parseRequest(
  endpoint: Endpoint,
  bytes: Uint8Array,
  context: ValidationContext | null,
): ValidSeries[] {
  const document = parseJson(bytes);
  if (context === null) return [];
  return endpoint === "batch"
    ? validateBatch(document, context)
    : validateSingle(document, context);
}
