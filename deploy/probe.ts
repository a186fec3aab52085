/**
 * The health check of the image, which has no curl: asks the service in the same container and fails
 * unless it answers 200. `deno run -P=probe deploy/probe.ts /v1/readyz`; without a path, liveness.
 */

/** As in src/settings/http_settings.ts, whose module would start zod for every probe. */
const DEFAULT_PORT = "8000";

/** A probe that hangs has failed; in milliseconds, below the interval of every platform. */
const TIMEOUT_MS = 4000;

const [path = "/v1/healthz"] = Deno.args;
const port = Deno.env.get("PORT") || DEFAULT_PORT;
const response = await fetch(`http://127.0.0.1:${port}${path}`, {
  signal: AbortSignal.timeout(TIMEOUT_MS),
});
if (response.status !== 200) {
  throw new Error(`Cannot call it healthy: ${path} answered ${response.status}`);
}
await response.body?.cancel();
