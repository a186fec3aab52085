import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { NO_ROUTE } from "./request_line.ts";
import type { BrokenRequest } from "./socket_answer.ts";
import { type ApiError, errorCause, ERRORS } from "./errors.ts";

/** Nobody reads it: the status of a request whose client went away in the log, as nginx has it. */
export const CLIENT_GONE = 499;

/** Adds to the request's line of the log that its client went away. */
export function reportGone(c: Context): void {
  c.get("logged").error_type = "ClientGone";
}

/** Counts and logs what was answered without ever becoming a request. */
export function reportBrokenRequest(
  { type, status, requestId }: BrokenRequest,
  { errorPatterns, log, metrics }: Pick<AppParts, "errorPatterns" | "log" | "metrics">,
): void {
  errorPatterns.count(type, "", false, requestId);
  metrics.responses.inc({ route: NO_ROUTE, code: status });
  log.info("request", { request_id: requestId, route: null, status, error_type: type });
}

/** Counts an error that is about to be answered, and adds it to the request's line of the log. */
export function reportError(
  c: Context,
  error: ApiError,
  { errorPatterns }: Pick<AppParts, "errorPatterns">,
): void {
  const { status } = ERRORS[error.type];
  const cause = errorCause(error);
  errorPatterns.count(error.type, cause, status >= 500, c.get("requestId"));
  const logged = c.get("logged");
  logged.error_type = error.type;
  if (cause !== "") logged.error_cause = cause;
  if (status === 500) logged.error = error;
}
