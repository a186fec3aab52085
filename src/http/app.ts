/** The HTTP application: routes, and what every request passes through. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { App, Env } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { docsAsset, docsPage } from "./docs.ts";
import { ApiError, errorResponse, ERRORS, toApiError } from "./errors.ts";
import { detailedHealth, liveness, metricsPage, readiness } from "./health.ts";
import { openApiDocument, registerRoutes } from "./openapi.ts";
import { measuredPrediction } from "./predict.ts";
import { validateBatch, validateSingle } from "./validate.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Names the request, and writes its line of the log when it is answered. */
function requestLine({ log }: AppParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const start = performance.now();
    const sent = c.req.header("x-request-id");
    const requestId = sent !== undefined && REQUEST_ID.test(sent) ? sent : crypto.randomUUID();
    c.set("requestId", requestId);
    await next();
    c.header("X-Request-ID", requestId);
    c.header("X-Content-Type-Options", "nosniff");
    log.info("request", {
      request_id: requestId,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: Math.round(performance.now() - start),
      server_timing: c.res.headers.get("server-timing"),
    });
  };
}

/** The one place where what was thrown becomes an answer and, where it is our fault, a line of the log. */
function answerError(c: Context<Env>, thrown: unknown, { log }: AppParts): Response {
  const error = toApiError(thrown);
  if (ERRORS[error.type].status === 500) {
    log.error("request failed", { request_id: c.get("requestId"), path: c.req.path, error });
  }
  return errorResponse(c, error);
}

/** Routes by path and method; the rest of a path's methods are 405. */
function addRoutes(app: OpenAPIHono<Env>, parts: AppParts): void {
  app.get("/", (c) => c.redirect("/docs"));
  app.get("/v1/healthz", liveness);
  app.get("/v1/readyz", (c) => readiness(c, parts));
  app.get("/v1/healthz/detailed", (c) => detailedHealth(c, parts));
  app.get("/v1/metrics", (c) => metricsPage(c, parts));
  app.post("/v1/predict/single", (c) => measuredPrediction(c, parts, "single", validateSingle));
  app.post("/v1/predict/batch", (c) => measuredPrediction(c, parts, "batch", validateBatch));
  app.get("/docs", docsPage);
  app.get("/docs/:asset", async (c) => await docsAsset(c, c.req.param("asset")) ?? c.notFound());
  app.get("/openapi.json", (c) => c.json(openApiDocument(app)));
}

/** 404, or 405 where the path has other methods. */
function notFound(c: Context<Env>, app: OpenAPIHono<Env>): Response {
  const methods = new Set(
    app.routes.filter(({ path, method }) => path === c.req.path && method !== "ALL")
      .map(({ method }) => method),
  );
  if (methods.has("GET")) methods.add("HEAD");
  if (methods.size === 0 || methods.has(c.req.method)) {
    return errorResponse(
      c,
      new ApiError("NotFound", `There is no route ${c.req.method} ${c.req.path.slice(0, 100)}`, {
        details: { field: "path", value: c.req.path.slice(0, 100), constraint: "known_route" },
      }),
    );
  }
  const allow = [...methods].sort().join(", ");
  return errorResponse(
    c,
    new ApiError("MethodNotAllowed", `${c.req.path} takes ${allow}, not ${c.req.method}`, {
      details: { field: "method", value: c.req.method.slice(0, 100), constraint: "allowed_method" },
      headers: { Allow: allow },
    }),
  );
}

/** Creates the application. */
export function createApp(parts: AppParts): App {
  const app = new OpenAPIHono<Env>();
  app.use(requestLine(parts));
  registerRoutes(app);
  addRoutes(app, parts);
  app.onError((thrown, c) => answerError(c, thrown, parts));
  app.notFound((c) => notFound(c, app));
  return app;
}
