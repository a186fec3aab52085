/** The OpenAPI document, from the schemas that validate. */
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { App } from "./app_env.ts";
import { DOCS_ASSETS } from "./docs.ts";
import { errorResponses, HEADERS, json, text } from "./documented_responses.ts";
import { type ErrorType, MAX_ISSUES } from "./errors.ts";
import { BATCH_REQUEST, PREDICTION, SINGLE_REQUEST } from "./examples.ts";
import {
  batchRequestSchema,
  detailedHealthSchema,
  predictionSchema,
  readinessSchema,
  singleRequestSchema,
} from "./schemas.ts";

/** Errors of whoever may not ask. */
const ACCESS_ERRORS: readonly ErrorType[] = ["Unauthorized", "Forbidden"];

/** Errors that a prediction may answer with. */
const PREDICTION_ERRORS: readonly ErrorType[] = [
  "MalformedRequest",
  ...ACCESS_ERRORS,
  "PayloadTooLarge",
  "UnsupportedMediaType",
  "ValidationError",
  "RateLimited",
  "ModelNotReady",
  "Overloaded",
  "CircuitOpen",
  "Draining",
  "InferenceTimeout",
  "InferenceFailed",
  "InternalError",
];

/** How a client shows who it is, where the service asks (KRONOS_SECURITY_ENABLED). */
const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "A key of KRONOS_API_KEYS_FILE." },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same key." },
  container: {
    type: "apiKey",
    in: "header",
    name: "X-Container-Name",
    description: "A name of KRONOS_CONTAINER_WHITELIST.",
  },
} as const;

/** Any of them, or none where the service does not ask. */
const SECURITY: NonNullable<RouteConfig["security"]> = [
  {},
  ...Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
];

const DEADLINE_HEADER = {
  name: "X-Request-Deadline-Ms",
  in: "header" as const,
  required: false,
  description: "The client's own deadline, milliseconds from arrival.",
  schema: { type: "integer" as const, minimum: 1 },
};

const ENCODING_HEADER = {
  name: "Content-Encoding",
  in: "header" as const,
  required: false,
  description: "How the body is compressed; its limit counts what it inflates to.",
  schema: { type: "string" as const, enum: ["gzip", "identity"] },
};

function registerPrediction(
  app: App,
  path: string,
  summary: string,
  request: { readonly schema: z.ZodType; readonly example: object },
  answer: { readonly schema: z.ZodType; readonly example: object },
): void {
  app.openAPIRegistry.registerPath({
    method: "post",
    path,
    summary,
    tags: ["Forecasts"],
    security: SECURITY,
    parameters: [DEADLINE_HEADER, ENCODING_HEADER],
    request: {
      body: {
        required: true,
        content: { "application/json": { schema: request.schema, example: request.example } },
      },
    },
    responses: {
      200: {
        ...json("The forecast.", answer.schema, answer.example),
        headers: {
          ...HEADERS,
          "X-Kronos-Seed": {
            description:
              "The seed used; for a batch of different ones all, joined by commas, in the order of the items.",
            schema: { type: "string" as const },
          },
          "Server-Timing": {
            description:
              "Milliseconds of queue, tokenize, prefill, decode (slowest series), total.",
            schema: { type: "string" as const },
          },
        },
      },
      ...errorResponses(PREDICTION_ERRORS),
    },
  });
}

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
  registerPrediction(
    app,
    "/v1/predict/single",
    "Forecast one series",
    { schema: singleRequestSchema, example: SINGLE_REQUEST },
    { schema: predictionSchema, example: PREDICTION },
  );
  registerPrediction(
    app,
    "/v1/predict/batch",
    "Forecast several series, all or nothing",
    { schema: batchRequestSchema, example: BATCH_REQUEST },
    { schema: predictionSchema.array(), example: [PREDICTION] },
  );
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
