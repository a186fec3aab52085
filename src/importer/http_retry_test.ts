import assert from "node:assert/strict";
import { DownloadError, isPassing, retryDelay } from "./http_retry.ts";

function busy(retryAfter: string): DownloadError {
  return new DownloadError(
    "busy",
    new Response(null, { status: 429, headers: { "retry-after": retryAfter } }),
  );
}

Deno.test("retryDelay() doubles with each failure in a row", () => {
  const delays = [1, 2, 3, 4].map((failures) => retryDelay(failures, new Error("broken"), {}));
  assert.deepEqual(delays, [1000, 2000, 4000, 8000]);
  assert.equal(retryDelay(2, new Error("broken"), { retryDelayMs: 5 }), 10);
});

Deno.test("retryDelay() follows Retry-After up to a minute", () => {
  assert.equal(retryDelay(1, busy("7"), {}), 7000);
  assert.equal(retryDelay(1, busy("86400"), {}), 60_000);
  assert.equal(retryDelay(1, busy("0"), {}), 1000);
  assert.equal(retryDelay(1, busy("Fri, 31 Dec 1999 23:59:59 GMT"), {}), 1000);
});

Deno.test("isPassing() tells refusals from failures of the moment", () => {
  const withStatus = (status: number) => new DownloadError("", new Response(null, { status }));
  assert.deepEqual([408, 429, 500, 504].map((status) => isPassing(withStatus(status))), [
    true,
    true,
    true,
    true,
  ]);
  assert.deepEqual([401, 403, 404, 416].map((status) => isPassing(withStatus(status))), [
    false,
    false,
    false,
    false,
  ]);
  assert(isPassing(new TypeError("connection reset")));
  assert(!isPassing(new DownloadError("disk full")));
});
