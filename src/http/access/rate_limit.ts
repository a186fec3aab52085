/** How often one client may ask for forecasts. */
import { MemoryStore, rateLimiter } from "hono-rate-limiter";
import type { Middleware } from "../app_env.ts";
import type { AppParts } from "../app_parts.ts";
import { ApiError } from "../errors.ts";

const WINDOW_MS = 60_000;

/** Counts requests of a minute by key, else by address; the library tells what is left, and when. */
export function rateLimit(
  { config, ledger, metrics, stopSignal }: AppParts,
): Middleware {
  const store = new MemoryStore();
  stopSignal.addEventListener("abort", () => store.shutdown(), { once: true }); // ends its timer
  return rateLimiter({
    windowMs: WINDOW_MS,
    store,
    limit: config.rateLimitPerMinute,
    keyGenerator: (c) => c.get("client"),
    handler: (c) => {
      metrics.rateLimitHits.inc();
      metrics.rejections.inc({ reason: "RateLimited" });
      metrics.requests.inc({ route: c.req.path, status: "error" });
      ledger.refuse();
      const limit = config.rateLimitPerMinute;
      throw new ApiError(
        "RateLimited",
        `More than ${limit} requests a minute (KRONOS_RATE_LIMIT_PER_MINUTE)`,
        { details: { constraint: "rate_limit", limit_per_minute: limit } },
      );
    },
  });
}
