import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { type ApiError, errorCause, ERRORS } from "./errors.ts";

/** Counts an error that is about to be answered; where it is our fault, it gets a line of the log. */
export function reportError(
  c: Context,
  error: ApiError,
  { log, errorPatterns }: Pick<AppParts, "log" | "errorPatterns">,
): void {
  const { status } = ERRORS[error.type];
  errorPatterns.count(error.type, errorCause(error), status >= 500, c.get("requestId"));
  if (status === 500) {
    log.error("request failed", { request_id: c.get("requestId"), path: c.req.path, error });
  }
}
