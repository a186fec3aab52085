/** What the service, or the way to it, answers instead of a forecast. */
import type * as api from "./api_types.ts";

/** The body of every error. */
export type ErrorBody = api.components["schemas"]["Error"]["error"];

/** An error that the service answered. */
export class KronosError extends Error {
  /** Shown by `toString()`; without it it would say `Error`. */
  override name = "KronosError";
  /** The name of the error in the service's table; `Unreadable` where its body is not the service's. */
  readonly type: ErrorBody["type"] | "Unreadable";
  /** The status of the answer; null where a stream had begun already. */
  readonly status: number | null;
  /** Where the problem is and which rule it breaks, as the document describes it. */
  readonly details: NonNullable<ErrorBody["details"]>;
  /** Names the request in the service's log. */
  readonly requestId: string | null;

  /** An error of the table, or of whatever stands between. */
  constructor(
    error: Partial<ErrorBody> | null,
    status: number | null,
    requestId: string | null = null,
  ) {
    super(error?.message ?? `The service answered with status ${status} and no error body`);
    this.type = error?.type ?? "Unreadable";
    this.status = status;
    this.details = error?.details ?? {};
    this.requestId = error?.request_id ?? requestId;
  }
}

/** The error that an answer's body is, whatever it holds. */
export function errorOf(body: unknown, response: Response): KronosError {
  const error = (body as { readonly error?: Partial<ErrorBody> } | null | undefined)?.error;
  const known = typeof error === "object" && typeof error?.type === "string" ? error : null;
  return new KronosError(known, response.status, response.headers.get("x-request-id"));
}
