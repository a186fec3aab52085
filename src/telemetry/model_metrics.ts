/** Metrics of the model: what it computes, how fast, and how it fails. */
import { LATENCY_BUCKETS, type MetricTable, ROW_BUCKETS } from "./metric_definition.ts";

/** By the name that the code uses. */
export const MODEL_METRICS = {
  modelInfo: {
    kind: "gauge",
    name: "kronos_model_info",
    help: "1 for the model that is loaded.",
    labels: ["model_version", "tokenizer_version", "device"],
  },
  inference: {
    kind: "histogram",
    name: "kronos_model_inference_seconds",
    help: "Time of the model's part of a request, queueing included.",
    labels: ["endpoint"],
    buckets: LATENCY_BUCKETS,
  },
  prefill: {
    kind: "histogram",
    name: "kronos_prefill_seconds",
    help: "Time to tokenize a series and fill its cache.",
    labels: [],
    buckets: LATENCY_BUCKETS,
  },
  decode: {
    kind: "histogram",
    name: "kronos_decode_seconds",
    help: "Time of the runs that generated a series, which it may have shared with others.",
    labels: [],
    buckets: LATENCY_BUCKETS,
  },
  batchRows: {
    kind: "histogram",
    name: "kronos_decode_batch_rows",
    help: "Sample paths in a decode call: how well the batching fills it.",
    labels: [],
    buckets: ROW_BUCKETS,
  },
  tokens: {
    kind: "counter",
    name: "kronos_tokens_total",
    help: "Candles that the model read (in) and generated on every path (out), as it does so.",
    labels: ["direction"],
    initial: { direction: ["in", "out"] },
  },
  modelFailures: {
    kind: "counter",
    name: "kronos_model_failures_total",
    help: "Calls to a replica that failed.",
    labels: [],
  },
  retries: {
    kind: "counter",
    name: "kronos_retries_total",
    help: "Series that were tried again, by what failed.",
    labels: ["cause"],
  },
  replicasLost: {
    kind: "counter",
    name: "kronos_replicas_lost_total",
    help: "Replicas that were given up: died, hung, out_of_memory.",
    labels: ["cause"],
    initial: { cause: ["died", "hung", "out_of_memory"] },
  },
  workerRestarts: {
    kind: "counter",
    name: "kronos_worker_restarts_total",
    help: "Replicas that took the place of a lost one.",
    labels: [],
  },
  replicasServing: {
    kind: "gauge",
    name: "kronos_replicas_serving",
    help: "Replicas that take calls.",
    labels: [],
  },
  replicas: {
    kind: "gauge",
    name: "kronos_replicas",
    help: "Replicas of the model, those being opened or replaced included.",
    labels: [],
  },
  circuitState: {
    kind: "gauge",
    name: "kronos_circuit_state",
    help: "1 for the state of the circuit breaker: closed, open, half_open.",
    labels: ["state"],
  },
  loadFailures: {
    kind: "counter",
    name: "kronos_model_load_failures_total",
    help: "Tries to load the model, or one more replica of it, that failed, by cause.",
    labels: ["cause"],
  },
} as const satisfies MetricTable;
