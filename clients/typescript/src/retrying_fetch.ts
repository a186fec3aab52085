/** Sends a request again that was not taken, when the service says that it is worth it. */

/** How often and how long. */
export interface RetryOptions {
  /** Further tries after the first. */
  readonly retries: number;
  /** Longest wait before a try, in milliseconds; where the service asks for longer, its refusal stands. */
  readonly maxWaitMs: number;
}

/** Refusals: nothing was computed, and another time may do. */
const REFUSED = [429, 503];

/** The wait before the second try where nobody says how long, in milliseconds; doubled with each. */
const FIRST_WAIT_MS = 250;

/** The client's deadline in milliseconds from the arrival of a try. */
const DEADLINE = "X-Request-Deadline-Ms";

/** Milliseconds until the time of a `Retry-After`: whole seconds, or a date; null where there is none. */
function retryAfterMs(response: Response): number | null {
  const text = response.headers.get("retry-after");
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Waits; rejects with the signal's reason once that aborts. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** What one try came to. */
type Attempt = { readonly response: Response } | { readonly failure: unknown };

async function attempt(request: Request, send: typeof fetch): Promise<Attempt> {
  try {
    return { response: await send(request) };
  } catch (failure) {
    request.signal.throwIfAborted();
    return { failure };
  }
}

/** How long to wait before the next try, in milliseconds; null where there is to be none. */
function waitAfter(result: Attempt, tried: number, { retries, maxWaitMs }: RetryOptions) {
  if (tried > retries) return null;
  if ("response" in result && !REFUSED.includes(result.response.status)) return null;
  const asked = "response" in result ? retryAfterMs(result.response) : null;
  if (asked !== null) return asked <= maxWaitMs ? asked : null;
  // Full jitter: clients that failed together must not come again together.
  return Math.random() * Math.min(maxWaitMs, FIRST_WAIT_MS * 2 ** tried);
}

/**
 * A `fetch` that tries forecasts again: after a 429 or a 503 when `Retry-After` has passed, after a
 * failed connection with growing waits. A forecast changes nothing, so that a second one is harmless.
 * What is no POST is sent once: a probe reports what is now. A deadline (`X-Request-Deadline-Ms`) is
 * one for all tries: each has what is left, and none comes after it.
 *
 * @param send sends one try
 */
export function retryingFetch(
  options: RetryOptions,
  send: typeof fetch,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "POST") return await send(request);
    const deadline = request.headers.get(DEADLINE);
    const endsAt = deadline === null ? Infinity : performance.now() + Number(deadline);
    for (let tried = 1;; tried++) {
      const copy = request.clone();
      if (tried > 1 && deadline !== null) {
        copy.headers.set(DEADLINE, String(Math.ceil(endsAt - performance.now())));
      }
      const result = await attempt(copy, send);
      const waitMs = waitAfter(result, tried, options);
      if (waitMs !== null && performance.now() + waitMs < endsAt - 1) {
        if ("response" in result) await result.response.body?.cancel();
        await wait(waitMs, request.signal);
      } else if ("response" in result) return result.response;
      else throw result.failure;
    }
  };
}
