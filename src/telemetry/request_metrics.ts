/** Metrics of requests: what was asked, how it was answered, how long it took. */
import { LATENCY_BUCKETS, type MetricTable, SIZE_BUCKETS } from "./metric_definition.ts";

const ROUTES = [
  "/v1/predict/single",
  "/v1/predict/batch",
  "/v1/predict/stream",
  "/v1/backtest",
] as const;
const ENDPOINTS = ["single", "batch", "stream", "backtest"] as const;

/** By the name that the code uses. */
export const REQUEST_METRICS = {
  requests: {
    kind: "counter",
    name: "kronos_requests_total",
    help: "Prediction requests by outcome: success, error, timeout.",
    labels: ["route", "status"],
    initial: { route: ROUTES, status: ["success", "error", "timeout"] },
  },
  responses: {
    kind: "counter",
    name: "kronos_responses_total",
    help: "Answers of every route by status code; 499 where the client went away before.",
    labels: ["route", "code"],
    initial: { route: ROUTES, code: ["200", "500", "503", "504"] },
  },
  requestDuration: {
    kind: "histogram",
    name: "kronos_request_duration_seconds",
    help: "Time of a prediction request from arrival to answer.",
    labels: ["route"],
    buckets: LATENCY_BUCKETS,
    initial: { route: ROUTES },
  },
  concurrent: {
    kind: "gauge",
    name: "kronos_concurrent_requests",
    help: "Prediction requests being handled.",
    labels: [],
  },
  timeouts: {
    kind: "counter",
    name: "kronos_timeouts_total",
    help: "Prediction requests whose deadline passed.",
    labels: ["endpoint"],
    initial: { endpoint: ENDPOINTS },
  },
  clientsGone: {
    kind: "counter",
    name: "kronos_clients_gone_total",
    help: "Prediction requests whose client went away before the answer.",
    labels: ["endpoint"],
    initial: { endpoint: ENDPOINTS },
  },
  unreadAnswers: {
    kind: "counter",
    name: "kronos_unread_answers_total",
    help: "Answers cut since their client read nothing of them for KRONOS_WRITE_TIMEOUT.",
    labels: ["route"],
    initial: { route: ROUTES },
  },
  errors: {
    kind: "counter",
    name: "kronos_errors_total",
    help: "Requests answered with an error, by its type and what is behind it.",
    labels: ["type", "cause"],
  },
  inputSize: {
    kind: "histogram",
    name: "kronos_prediction_input_size",
    help: "Candles of a prediction request, over all its series.",
    labels: ["endpoint"],
    buckets: SIZE_BUCKETS,
  },
  securityEvents: {
    kind: "counter",
    name: "kronos_security_events_total",
    help: "Refused for lack of permission, by event.",
    labels: ["event"],
    initial: { event: ["missing_key", "wrong_key", "unknown_container"] },
  },
  rateLimitHits: {
    kind: "counter",
    name: "kronos_rate_limit_hits_total",
    help: "Requests over their client's rate limit.",
    labels: [],
  },
  sizeRejections: {
    kind: "counter",
    name: "kronos_request_size_rejections_total",
    help: "Requests whose body is larger than allowed.",
    labels: [],
  },
} as const satisfies MetricTable;
