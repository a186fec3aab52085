/** What browsers are told with every answer: what they may do with it, and whose pages may read it. */
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { Middleware } from "./app_env.ts";

/** A day: how long a browser remembers what it may ask, in seconds. */
const PREFLIGHT_S = 86_400;

/** Answers are data, not pages; a page sets its own policy. TLS, and with it HSTS, is the proxy's. */
export const securityHeaders: Middleware = secureHeaders({
  overwrite: false,
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
});

/**
 * Lets pages of other origins ask.
 *
 * @param origins `*` among them: any
 */
export function crossOrigin(origins: readonly string[]): Middleware {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "HEAD", "POST"],
    allowHeaders: [
      "Authorization",
      "Content-Encoding",
      "Content-Type",
      "X-API-Key",
      "X-Request-Deadline-Ms",
      "X-Request-ID",
    ],
    exposeHeaders: ["Retry-After", "Server-Timing", "X-Kronos-Seed", "X-Request-ID"],
    maxAge: PREFLIGHT_S,
  });
}
