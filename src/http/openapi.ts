/** The OpenAPI document, from the schemas that validate. */
import type { App } from "./app_env.ts";
import { DOCS_ASSETS } from "./docs.ts";
import { ACCESS_ERRORS, SECURITY, SECURITY_SCHEMES } from "./documented_access.ts";
import { registerBacktest } from "./documented_backtest.ts";
import { registerPredictions } from "./documented_predictions.ts";
import { errorResponses, HEADERS, json, text } from "./documented_responses.ts";
import { MAX_ISSUES } from "./errors.ts";
import { detailedHealthSchema, readinessSchema } from "./schemas.ts";

function registerProbes(app: App): void {
  const ready = { status: "ok", model_loaded: true, device: "wasm", device_warning: null };
  const loading = { ...ready, status: "loading", model_loaded: false };
  const register = app.openAPIRegistry;
  register.registerPath({
    method: "get",
    path: "/v1/healthz",
    summary: "Liveness: the process serves",
    tags: ["Health"],
    responses: {
      200: {
        description: "Alive.",
        headers: HEADERS,
        content: {
          "application/json": {
            schema: {
              type: "object",
              properties: { status: { type: "string", const: "ok" } },
              required: ["status"],
            },
            example: { status: "ok" },
          },
        },
      },
    },
  });
  register.registerPath({
    method: "get",
    path: "/v1/readyz",
    summary: "Readiness: a forecast would be admitted now",
    tags: ["Health"],
    responses: {
      200: json("Ready.", readinessSchema, ready),
      503: json("Not ready; not an error.", readinessSchema, loading),
    },
  });
  register.registerPath({
    method: "get",
    path: "/v1/healthz/detailed",
    summary: "Model, memory, disk and queue",
    tags: ["Health"],
    responses: {
      200: json("Healthy or degraded.", detailedHealthSchema),
      503: json("Unhealthy.", detailedHealthSchema),
      ...errorResponses(["InternalError"]),
    },
  });
  register.registerPath({
    method: "get",
    path: "/v1/metrics",
    summary: "Metrics for Prometheus",
    tags: ["Health"],
    security: SECURITY,
    responses: {
      200: text("Prometheus text.", "text/plain"),
      ...errorResponses([...ACCESS_ERRORS, "NotFound", "InternalError"]),
    },
  });
}

function registerPage(app: App): void {
  const tags = ["Documentation"];
  const register = app.openAPIRegistry;
  register.registerPath({
    method: "get",
    path: "/",
    summary: "The page with charts",
    tags,
    security: SECURITY,
    responses: { 200: text("The page.", "text/html"), ...errorResponses(ACCESS_ERRORS) },
  });
  register.registerPath({
    method: "get",
    path: "/page/{asset}",
    summary: "A file of the page with charts",
    tags,
    security: SECURITY,
    parameters: [{
      name: "asset",
      in: "path",
      required: true,
      description: "A name that the page gives; it changes with the content.",
      schema: { type: "string" },
    }],
    responses: {
      200: text("The file.", "text/javascript"),
      ...errorResponses([...ACCESS_ERRORS, "NotFound", "InternalError"]),
    },
  });
}

function registerDocs(app: App): void {
  const tags = ["Documentation"];
  const register = app.openAPIRegistry;
  register.registerPath({
    method: "get",
    path: "/docs",
    summary: "This document as a page",
    tags,
    security: SECURITY,
    responses: { 200: text("The page.", "text/html"), ...errorResponses(ACCESS_ERRORS) },
  });
  register.registerPath({
    method: "get",
    path: "/docs/{asset}",
    summary: "A file of the page",
    tags,
    security: SECURITY,
    parameters: [{
      name: "asset",
      in: "path",
      required: true,
      schema: { type: "string", enum: [...DOCS_ASSETS] },
    }],
    responses: {
      200: {
        ...text("The file.", "text/javascript"),
        content: { "text/javascript": { schema: {} }, "text/css": { schema: {} } },
      },
      ...errorResponses([...ACCESS_ERRORS, "NotFound", "InternalError"]),
    },
  });
  register.registerPath({
    method: "get",
    path: "/openapi.json",
    summary: "This document",
    tags,
    security: SECURITY,
    responses: {
      200: {
        description: "OpenAPI 3.1.",
        headers: HEADERS,
        content: { "application/json": { schema: { type: "object" } } },
      },
      ...errorResponses(ACCESS_ERRORS),
    },
  });
}

/** Registers every route of the contract. */
export function registerRoutes(app: App): void {
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  registerPredictions(app);
  registerBacktest(app);
  registerProbes(app);
  registerPage(app);
  registerDocs(app);
}

/** What no schema says. */
const DESCRIPTION = `Forecasts candlesticks with Kronos, a foundation model for market data.

Requests and answers are JSON in UTF-8; unknown keys are ignored, and null stands for absent in optional
fields. A body takes at most KRONOS_MAX_REQUEST_SIZE_MB (10) megabytes, inflated where it is gzip; one answer at most
KRONOS_MAX_RESPONSE_ROWS (200000) candles. Every error has the body \`Error\`: all problems of a request
at once, the first in document order in \`details\`, up to ${MAX_ISSUES} in \`details.issues\`. A path that
takes other methods answers 405 with \`Allow\`, any other path 404. \`X-Request-ID\` is taken from the
request where it is 1 to 128 of \`A-Z a-z 0-9 . _ -\`.`;

/** The document. */
export function openApiDocument(app: App): object {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Kronos Edge",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT" },
    },
    tags: [{ name: "Forecasts" }, { name: "Health" }, { name: "Documentation" }],
  });
}
