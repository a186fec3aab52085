/** What every request passes through first: its name, its trace, its line of the log, its count. */
import { matchedRoutes } from "hono/route";
import type { LogFields } from "../telemetry/log.ts";
import { RequestTrace } from "../telemetry/request_trace.ts";
import { type Bindings, type Context, deliveryOf, type Middleware } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Stands for the route in metrics where there is none. */
export const NO_ROUTE = "none";

/** Characters of a path that the log repeats. */
const MAX_PATH_CHARACTERS = 200;

/** Asked every few seconds by machines: their lines are for whoever looks for a fault. */
const QUIET_ROUTES: readonly (string | null)[] = [
  "/v1/healthz",
  "/v1/readyz",
  "/v1/healthz/detailed",
  "/v1/metrics",
];

/** The route that took a request, as it was declared; null where none did. */
export function routeOf(c: Context): string | null {
  return matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? null;
}

/** The client's own name for the request where that is one, else a new one. */
function nameOf(c: Context): string {
  const sent = c.req.header("x-request-id");
  return sent !== undefined && REQUEST_ID.test(sent) ? sent : crypto.randomUUID();
}

function writeLine(
  { log }: AppParts,
  c: Context,
  status: number,
  route: string | null,
  startedAt: number,
): void {
  const fields: LogFields = {
    request_id: c.get("requestId"),
    trace_id: c.get("trace").traceId,
    method: c.req.method,
    route,
    path: c.req.path.slice(0, MAX_PATH_CHARACTERS),
    status,
    duration_ms: Math.round(performance.now() - startedAt),
    ...c.get("logged"),
  };
  if ("error" in fields) log.error("request", fields);
  else if (QUIET_ROUTES.includes(route)) log.debug("request", fields);
  else log.info("request", fields);
}

/** Counts and logs that an answer was cut: of most, the request's own line was written before. */
function reportUnread({ log, metrics }: AppParts, c: Context, route: string | null): void {
  metrics.unreadAnswers.inc({ route: route ?? NO_ROUTE });
  log.warn("an answer was not read", { request_id: c.get("requestId"), route });
}

/**
 * Names the request, and writes, counts and traces it when it is answered.
 *
 * @param answerError makes an answer of what was thrown
 */
export function requestLine(
  parts: AppParts,
  answerError: (c: Context, thrown: unknown) => Response,
): Middleware {
  return async (c, next) => {
    const startedAt = performance.now();
    const requestId = nameOf(c);
    const { span } = (c.env ?? {}) as Partial<Bindings>;
    const trace = new RequestTrace(span, c.req.header("traceparent"));
    const logged: Record<string, unknown> = {};
    c.set("requestId", requestId);
    c.set("trace", trace);
    c.set("logged", logged);
    try {
      await next();
    } catch (thrown) {
      c.res = answerError(c, thrown); // Hono hands only errors to onError
    }
    c.header("X-Request-ID", requestId);
    const route = routeOf(c);
    const sent = c.res.status;
    const close = (): void => {
      const status = c.get("lateStatus") ?? sent;
      parts.metrics.responses.inc({ route: route ?? NO_ROUTE, code: status });
      const errorType = logged.error_type as string | undefined;
      trace.answered({ requestId, method: c.req.method, route, status, errorType });
      writeLine(parts, c, status, route, startedAt);
    };
    deliveryOf(c).then((delivery) => {
      if (delivery === "unread") reportUnread(parts, c, route);
    });
    const ended = c.get("ended");
    if (ended === undefined) close();
    else ended.then(close);
  };
}
