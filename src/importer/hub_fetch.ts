/** The `fetch` that the hub's API is called with: patient, bounded, and careful with the token. */
import { setTimeout as wait } from "node:timers/promises";
import {
  ATTEMPTS_MAX,
  DownloadError,
  isPassing,
  type Patience,
  retryDelay,
  STALL_MS,
} from "./http_retry.ts";

/** Whom to speak to. */
export interface HubAccess extends Patience {
  /** The hub's address; the token is for its origin alone. */
  readonly endpoint: string;
  /** Sent as a bearer token; absent sends none. */
  readonly token?: string | undefined;
}

/**
 * A `fetch` for GET requests with small answers. The hub's library would send the token to whatever
 * address a page of a list names as the next, waits forever and never asks twice.
 *
 * @returns a function that throws DownloadError where the server refuses
 */
export function hubFetch(access: HubAccess): typeof fetch {
  const { origin } = new URL(access.endpoint);
  return async (input, init) => {
    const { url, headers } = new Request(input, init);
    if (access.token && new URL(url).origin === origin) {
      headers.set("authorization", `Bearer ${access.token}`);
    }
    for (let failures = 1;; failures++) {
      try {
        return await get(url, headers, access.stallMs ?? STALL_MS);
      } catch (error) {
        if (!isPassing(error) || failures >= ATTEMPTS_MAX) throw error;
        await wait(retryDelay(failures, error, access));
      }
    }
  };
}

/** Reads the body whole, so that a body that breaks off or stalls is one more failure that passes. */
async function get(url: string, headers: Headers, timeoutMs: number): Promise<Response> {
  const stop = new AbortController();
  const late = new Error(`no answer from ${url} in ${timeoutMs / 1000} s`);
  const timer = setTimeout(() => stop.abort(late), timeoutMs);
  try {
    const response = await fetch(url, { headers, signal: stop.signal });
    const body = await response.arrayBuffer();
    if (!response.ok) throw new DownloadError(`HTTP ${response.status} for ${url}`, response);
    return new Response(body, { status: response.status, headers: response.headers });
  } finally {
    clearTimeout(timer);
  }
}
