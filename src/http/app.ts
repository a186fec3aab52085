/** The HTTP application: routes, and what every request passes through. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { compress } from "hono/compress";
import { accessControl } from "./access/access_control.ts";
import { nameClient } from "./access/name_client.ts";
import { rateLimit } from "./access/rate_limit.ts";
import type { App, Env } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { docsAsset, docsPage } from "./docs.ts";
import { ApiError, ClientGoneError, errorResponse, toApiError } from "./errors.ts";
import { measuredBacktest } from "./backtest.ts";
import { detailedHealth, liveness, readiness } from "./health.ts";
import { metricsPage } from "./metrics_page.ts";
import { openApiDocument, registerRoutes } from "./openapi.ts";
import { page, pageAsset } from "./page.ts";
import { measuredPrediction } from "./predict.ts";
import { predictStream } from "./predict_stream.ts";
import { CLIENT_GONE, reportError, reportGone } from "./report_error.ts";
import { requestLine } from "./request_line.ts";
import { crossOrigin, securityHeaders } from "./response_headers.ts";

/** The one place where what was thrown becomes an answer. */
function answerError(
  c: Context<Env>,
  thrown: unknown,
  parts: AppParts,
): Response {
  if (thrown instanceof ClientGoneError) {
    reportGone(c);
    return new Response(null, { status: CLIENT_GONE });
  }
  const error = toApiError(thrown);
  reportError(c, error, parts);
  return errorResponse(c, error);
}

/** Probes and metrics. */
function addHealth(app: OpenAPIHono<Env>, parts: AppParts): void {
  app.get("/v1/healthz", liveness);
  app.get("/v1/readyz", (c) => readiness(c, parts));
  app.get("/v1/healthz/detailed", (c) => detailedHealth(c, parts));
  app.get("/v1/metrics", (c) => metricsPage(c, parts));
}

/** Routes whose clients are counted: no others, since what is counted is named by its route. */
const LIMITED_ROUTES = [
  "/v1/predict/single",
  "/v1/predict/batch",
  "/v1/predict/stream",
  "/v1/backtest",
];

/** Forecasts and documentation. */
function addRoutes(app: OpenAPIHono<Env>, parts: AppParts): void {
  const limited = [nameClient(parts), ...parts.config.rateLimitEnabled ? [rateLimit(parts)] : []];
  for (const path of LIMITED_ROUTES) app.use(path, ...limited);
  app.get("/", (c) => page(c, parts.config));
  app.use("/page/*", compress());
  app.get("/page/:asset", (c) => pageAsset(c, c.req.param("asset")) ?? c.notFound());
  app.post("/v1/predict/single", (c) => measuredPrediction(c, parts, "single"));
  app.post("/v1/predict/batch", (c) => measuredPrediction(c, parts, "batch"));
  app.post("/v1/predict/stream", (c) => predictStream(c, parts));
  app.post("/v1/backtest", (c) => measuredBacktest(c, parts));
  app.get("/docs", docsPage);
  app.get("/docs/:asset", async (c) => await docsAsset(c, c.req.param("asset")) ?? c.notFound());
  let document: object | undefined; // made once, when it is first asked for
  app.get("/openapi.json", (c) => c.json(document ??= openApiDocument(app)));
}

/** Methods that a path takes; HEAD where GET. Empty where there is no such route. */
function methodsOf(app: OpenAPIHono<Env>, path: string): Set<string> {
  const routes = new Set(app.routes.map(({ method }) => method));
  routes.delete("ALL"); // middleware
  const methods = [...routes].filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
  );
  return new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods);
}

/** 404, or 405 where the path has other methods. */
function notFound(c: Context<Env>, app: OpenAPIHono<Env>): ApiError {
  const methods = methodsOf(app, c.req.path);
  if (methods.size === 0 || methods.has(c.req.method)) {
    return new ApiError(
      "NotFound",
      `There is no route ${c.req.method} ${c.req.path.slice(0, 100)}`,
      {
        details: { field: "path", value: c.req.path.slice(0, 100), constraint: "known_route" },
      },
    );
  }
  const allow = [...methods].sort().join(", ");
  return new ApiError("MethodNotAllowed", `${c.req.path} takes ${allow}, not ${c.req.method}`, {
    details: { field: "method", value: c.req.method.slice(0, 100), constraint: "allowed_method" },
    headers: { Allow: allow },
  });
}

/** What every application has: names, headers, and one answer for what was thrown or not found. */
function bareApp(parts: AppParts): App {
  const app = new OpenAPIHono<Env>();
  app.use(requestLine(parts, (c, thrown) => answerError(c, thrown, parts)));
  app.use(securityHeaders);
  app.onError((thrown, c) => answerError(c, thrown, parts));
  app.notFound((c) => answerError(c, notFound(c, app), parts));
  return app;
}

/**
 * Creates the application.
 *
 * @throws ConfigError where access control has no keys to go by
 */
export function createApp(parts: AppParts): App {
  const { corsOrigins, securityEnabled } = parts.config;
  const app = bareApp(parts);
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins));
  if (securityEnabled) app.use(accessControl(parts));
  registerRoutes(app);
  addHealth(app, parts);
  addRoutes(app, parts);
  return app;
}

/** Creates the application of the second port: probes and metrics for whoever reaches it. */
export function createAdminApp(parts: AppParts): App {
  const app = bareApp(parts);
  addHealth(app, parts);
  return app;
}
