/** The prediction routes as the OpenAPI document states them. */
import type { App } from "./app_env.ts";
import { ACCESS_ERRORS, SECURITY } from "./documented_access.ts";
import {
  errorResponses,
  eventContent,
  HEADERS,
  json,
  type ResponseConfig,
  SEED_HEADER,
} from "./documented_responses.ts";
import type { ErrorType } from "./errors.ts";
import { BATCH_REQUEST, PREDICTION, SINGLE_REQUEST, STREAM_LINE } from "./examples.ts";
import {
  batchRequestSchema,
  predictionSchema,
  type Schema,
  singleRequestSchema,
} from "./schemas.ts";
import { streamLineSchema } from "./stream_schemas.ts";

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

/** What no schema says of a stream. */
const STREAM_DESCRIPTION =
  `The forecast, candle by candle as chunks of steps are done: \`start\`, one \`candle\`
for each step with its number as \`id\`, \`summary\`. The numbers are those of /v1/predict/single. What
fails after the head was sent is the last event, \`error\`, with the body of an error. Silence is broken
by heartbeats (KRONOS_STREAM_HEARTBEAT). \`Accept: application/x-ndjson\` asks for lines of JSON.`;

/** Registers what takes a request that forecasts are made for, and how it answers. */
export function registerForecast(
  app: App,
  path: string,
  summary: string,
  request: { readonly schema: Schema; readonly example: object },
  answer: ResponseConfig,
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
      200: answer,
      ...errorResponses(PREDICTION_ERRORS),
    },
  });
}

/** A forecast that is answered whole. */
function forecast(schema: Schema, example: object): ResponseConfig {
  return {
    ...json("The forecast.", schema, example),
    headers: {
      ...HEADERS,
      ...SEED_HEADER,
      "Server-Timing": {
        description: "Milliseconds of queue, tokenize, prefill, decode (slowest series), total.",
        schema: { type: "string" as const },
      },
    },
  };
}

/** Registers them. */
export function registerPredictions(app: App): void {
  const single = { schema: singleRequestSchema, example: SINGLE_REQUEST };
  registerForecast(
    app,
    "/v1/predict/single",
    "Forecast one series",
    single,
    forecast(predictionSchema, PREDICTION),
  );
  registerForecast(
    app,
    "/v1/predict/batch",
    "Forecast several series, all or nothing",
    { schema: batchRequestSchema, example: BATCH_REQUEST },
    forecast(predictionSchema.array(), [PREDICTION]),
  );
  registerForecast(app, "/v1/predict/stream", "Forecast one series, step by step", single, {
    description: STREAM_DESCRIPTION,
    headers: { ...HEADERS, ...SEED_HEADER },
    content: eventContent(streamLineSchema, STREAM_LINE),
  });
}
