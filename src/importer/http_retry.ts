/** Which failures of HTTP pass, and how long to wait for that. */

/** Attempts in a row that may bring nothing. */
export const ATTEMPTS_MAX = 5;
/** A connection that brings nothing for so long, in milliseconds, counts as broken. */
export const STALL_MS = 60_000;
/** Wait before the second attempt, in milliseconds; doubled each time. */
const RETRY_DELAY_MS = 1000;
/** The longest that a server's `Retry-After` is followed, in milliseconds. */
const RETRY_AFTER_MAX_MS = 60_000;

/** Patience with a server; each has a default. */
export interface Patience {
  /** Wait before the second attempt, in milliseconds; doubled each time. */
  readonly retryDelayMs?: number | undefined;
  /** How long a connection may bring nothing, in milliseconds. */
  readonly stallMs?: number | undefined;
}

/** A file or answer that could not be had. */
export class DownloadError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "DownloadError";
  /** The HTTP status that ended it, if one did. */
  readonly status: number | undefined;
  /** What the hub calls the refusal, e.g. `GatedRepo`. */
  readonly code: string | undefined;
  /** The server's `Retry-After` in milliseconds; 0 without one. */
  readonly retryAfterMs: number;

  /** An error with the response that caused it, if one did. */
  constructor(message: string, response?: Response) {
    super(message);
    this.status = response?.status;
    this.code = response?.headers.get("x-error-code") ?? undefined;
    const seconds = Number(response?.headers.get("retry-after") ?? 0);
    this.retryAfterMs = seconds > 0 ? seconds * 1000 : 0;
  }
}

/** Whether the same request may succeed later: no answer came, or one that says so. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof DownloadError)) return true;
  const { status } = error;
  return status === 408 || status === 429 || (status !== undefined && status >= 500);
}

/** Milliseconds to wait after so many failures in a row, of which `error` is the last. */
export function retryDelay(failures: number, error: unknown, { retryDelayMs }: Patience): number {
  const asked = error instanceof DownloadError ? error.retryAfterMs : 0;
  const ours = (retryDelayMs ?? RETRY_DELAY_MS) * 2 ** (failures - 1);
  return Math.max(ours, Math.min(asked, RETRY_AFTER_MAX_MS));
}

/** What went wrong, with the cause: `fetch` itself says no more than that it failed. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message}: ${failureText(error.cause)}`
    : error.message;
}
