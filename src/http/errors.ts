/** The one table of errors, and the one place where what was thrown becomes an answer. */
import {
  DeadlineExceededError,
  DrainingError,
  InferenceFailedError,
  ModelNotReadyError,
  NotAdmittedError,
  OverloadedError,
} from "../forecast/errors.ts";
import type { Context } from "./app_env.ts";
import { isoSeconds } from "./iso_seconds.ts";
import type { Issue } from "./issues.ts";

/** Every type of error: its status, and what it means to a client. */
export const ERRORS = {
  MalformedRequest: { status: 400, meaning: "The body cannot be read as JSON." },
  Unauthorized: { status: 401, meaning: "No valid key was sent." },
  Forbidden: { status: 403, meaning: "The client is not one of those that may ask." },
  NotFound: { status: 404, meaning: "There is no such route." },
  MethodNotAllowed: { status: 405, meaning: "The route has other methods; see `Allow`." },
  RequestTimeout: { status: 408, meaning: "The request did not arrive whole in time." },
  PayloadTooLarge: { status: 413, meaning: "The body is larger than the service takes." },
  UnsupportedMediaType: {
    status: 415,
    meaning: "The body is not JSON, or encoded as other than gzip.",
  },
  ValidationError: { status: 422, meaning: "The body is JSON, but not a valid request." },
  HeadTooLarge: { status: 431, meaning: "The head of the request is too large." },
  RateLimited: { status: 429, meaning: "This client sends too much." },
  ModelNotReady: { status: 503, meaning: "The model is not loaded." },
  Overloaded: { status: 503, meaning: "Too many requests wait already." },
  CircuitOpen: { status: 503, meaning: "The model has failed too often." },
  Draining: { status: 503, meaning: "The service is stopping." },
  InferenceTimeout: { status: 504, meaning: "The deadline passed before the forecast was done." },
  InferenceFailed: { status: 500, meaning: "The model failed." },
  InternalError: { status: 500, meaning: "The service failed." },
} as const;

/** The name of an error in the table. */
export type ErrorType = keyof typeof ERRORS;

/** Seconds after which a client should ask again while a model loads: loading takes about that. */
const RETRY_WHILE_LOADING_S = 2;

/** What an error answers beside its message. */
export interface ApiErrorOptions {
  /** What a program may read of the cause: `field`, `index`, `value`, `constraint`, `issues`. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Headers that this error needs, e.g. `Retry-After` or `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log, never for the client. */
  readonly cause?: unknown;
}

/** An error with an answer from the table. */
export class ApiError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override name = "ApiError";
  /** See `ApiErrorOptions`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Sent with the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * The status is the table's for `type`, which also names the error to programs.
   *
   * @param message for the client: no path, no library's words
   */
  constructor(readonly type: ErrorType, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}

/**
 * The error of a body that cannot be read.
 *
 * @param position where, in characters from 0; undefined where nobody knows
 */
export function malformed(
  message: string,
  constraint: string,
  position?: number,
  cause?: unknown,
): ApiError {
  const details = position === undefined ? { constraint } : { constraint, position };
  return new ApiError("MalformedRequest", message, { details, cause });
}

/** Problems that one answer names at most. */
export const MAX_ISSUES = 50;

/** The error of a request with problems, at most `MAX_ISSUES`; the first is the message's. */
export function validationError(issues: readonly Issue[]): ApiError {
  const [{ message, ...first }] = issues;
  return new ApiError("ValidationError", `Invalid input: ${message}`, {
    details: { ...first, issues },
  });
}

/** The client went away; nobody reads the answer. */
export class ClientGoneError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override name = "ClientGoneError";
}

/** What was thrown, as an error of the table. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof DeadlineExceededError) {
    return new ApiError("InferenceTimeout", thrown.message, {
      details: { constraint: "deadline" },
      cause: thrown,
    });
  }
  if (thrown instanceof NotAdmittedError) {
    const [type, constraint] = thrown instanceof OverloadedError
      ? ["Overloaded", thrown.reason] as const
      : thrown instanceof DrainingError
      ? ["Draining", "not_draining"] as const
      : ["CircuitOpen", "circuit_closed"] as const;
    return new ApiError(type, thrown.message, {
      details: { constraint },
      headers: { "Retry-After": retryAfter(thrown.retryAfterMs) },
      cause: thrown,
    });
  }
  if (thrown instanceof ModelNotReadyError) return modelNotReady(thrown);
  if (thrown instanceof InferenceFailedError) {
    return new ApiError("InferenceFailed", "The model failed on this request", { cause: thrown });
  }
  return new ApiError("InternalError", "The service failed on this request", { cause: thrown });
}

/** What is behind an error, in a word for metrics; empty where its type says it all. */
export function errorCause({ cause, details, type }: ApiError): string {
  if (cause instanceof InferenceFailedError) return cause.kind;
  return type === "Overloaded" ? String(details.constraint) : "";
}

/** Whole seconds, at least one. */
function retryAfter(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

/** The error while no forecast can be made. */
export function modelNotReady(cause?: unknown): ApiError {
  return new ApiError("ModelNotReady", "The model is not ready: see /v1/readyz", {
    details: { constraint: "model_ready" },
    headers: { "Retry-After": String(RETRY_WHILE_LOADING_S) },
    cause,
  });
}

/** The one body of every error. */
export function errorBody(c: Context, { type, message, details }: ApiError): object {
  return {
    error: {
      type,
      message,
      ...(ERRORS[type].status === 500 ? {} : { details }),
      request_id: c.get("requestId"),
      timestamp: isoSeconds(new Date()),
    },
  };
}

/** The answer of an error. */
export function errorResponse(c: Context, error: ApiError): Response {
  return c.json(errorBody(c, error), ERRORS[error.type].status, { ...error.headers });
}
