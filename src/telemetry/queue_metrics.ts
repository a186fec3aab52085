/** Metrics of the gates, of readiness and of a stop: who is let in, and who waits. */
import { LATENCY_BUCKETS, type MetricTable } from "./metric_definition.ts";

/** By the name that the code uses. */
export const QUEUE_METRICS = {
  readiness: {
    kind: "gauge",
    name: "kronos_readiness",
    help: "1 for what /v1/readyz says: ok, loading, draining, circuit_open, unhealthy.",
    labels: ["status"],
  },
  queueWaiting: {
    kind: "gauge",
    name: "kronos_queue_waiting",
    help: "Requests of which no series is computed yet.",
    labels: [],
  },
  queueRunning: {
    kind: "gauge",
    name: "kronos_queue_running",
    help: "Requests being computed.",
    labels: [],
  },
  queueLimit: {
    kind: "gauge",
    name: "kronos_queue_limit",
    help: "Most requests that may wait.",
    labels: [],
  },
  queueTokens: {
    kind: "gauge",
    name: "kronos_queue_tokens",
    help: "Tokens of admitted requests.",
    labels: [],
  },
  queueTokensLimit: {
    kind: "gauge",
    name: "kronos_queue_tokens_limit",
    help: "Most tokens of admitted requests.",
    labels: [],
  },
  queueSeconds: {
    kind: "histogram",
    name: "kronos_queue_seconds",
    help: "Time that a series waited for its turns.",
    labels: [],
    buckets: LATENCY_BUCKETS,
  },
  rejections: {
    kind: "counter",
    name: "kronos_rejections_total",
    help: "Prediction requests refused before any of their work was begun, by reason.",
    labels: ["reason"],
    initial: {
      reason: [
        "queue_full",
        "bytes_full",
        "tokens_full",
        "deadline",
        "ModelNotReady",
        "CircuitOpen",
        "Draining",
        "RateLimited",
      ],
    },
  },
  draining: {
    kind: "gauge",
    name: "kronos_draining",
    help: "1 from the signal to stop on, by phase of the drain.",
    labels: ["phase"],
    initial: { phase: ["lame_duck", "drain", "close"] },
  },
} as const satisfies MetricTable;
