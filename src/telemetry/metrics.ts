/** All metrics, in one table. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Seconds; past the longest timeout, so that a timeout is not in the last bucket. */
const LATENCY_BUCKETS = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  120,
  240,
  300,
  360,
];

/** Candles of an input; up to a whole batch. */
const SIZE_BUCKETS = [1, 16, 64, 128, 256, 400, 512, 1024, 2048, 8192, 65_536, 524_288];

/** One line of the table. */
export interface MetricDefinition {
  /** Which handle it gets. */
  readonly kind: "counter" | "gauge" | "histogram";
  /** What Prometheus calls it; the unit comes last. */
  readonly name: string;
  /** What a value means, for whoever reads the page. */
  readonly help: string;
  /** Names of its labels; none may grow with clients or requests. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/** Every metric by the name that the code uses. */
export const METRICS = {
  requests: {
    kind: "counter",
    name: "kronos_requests_total",
    help: "Prediction requests by outcome: success, error, timeout.",
    labels: ["route", "status"],
  },
  requestDuration: {
    kind: "histogram",
    name: "kronos_request_duration_seconds",
    help: "Time of a prediction request from arrival to answer.",
    labels: ["route"],
    buckets: LATENCY_BUCKETS,
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
  },
  clientsGone: {
    kind: "counter",
    name: "kronos_clients_gone_total",
    help: "Prediction requests whose client went away before the answer.",
    labels: ["endpoint"],
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
  rejections: {
    kind: "counter",
    name: "kronos_rejections_total",
    help: "Prediction requests refused before they were admitted, by reason.",
    labels: ["reason"],
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
  draining: {
    kind: "gauge",
    name: "kronos_draining",
    help: "1 from the signal to stop on, by phase of the drain.",
    labels: ["phase"],
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
  modelFailures: {
    kind: "counter",
    name: "kronos_model_failures_total",
    help: "Calls to a replica that failed.",
    labels: [],
  },
  errors: {
    kind: "counter",
    name: "kronos_errors_total",
    help: "Requests answered with an error, by its type and what is behind it.",
    labels: ["type", "cause"],
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
  circuitState: {
    kind: "gauge",
    name: "kronos_circuit_state",
    help: "1 for the state of the circuit breaker: closed, open, half_open.",
    labels: ["state"],
  },
  loadFailures: {
    kind: "counter",
    name: "kronos_model_load_failures_total",
    help: "Tries to load the model that failed, by cause.",
    labels: ["cause"],
  },
  modelInfo: {
    kind: "gauge",
    name: "kronos_model_info",
    help: "1 for the model that is loaded.",
    labels: ["model_version", "tokenizer_version", "device"],
  },
  uptime: {
    kind: "gauge",
    name: "process_uptime_seconds",
    help: "Seconds since the process started.",
    labels: [],
  },
  memory: {
    kind: "gauge",
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Values of a metric's labels, by name. */
export type MetricLabels<Label extends string> = Readonly<Partial<Record<Label, string | number>>>;

/** A number that only grows. */
export interface CounterHandle<Label extends string> {
  /** Adds `by`, 1 unless given. */
  inc(by?: number): void;
  /** Adds `by`, 1 unless given, to the series with these labels. */
  inc(labels: MetricLabels<Label>, by?: number): void;
}

/** A number that goes up and down. */
export interface GaugeHandle<Label extends string> extends CounterHandle<Label> {
  /** Takes away `by`, 1 unless given. */
  dec(by?: number): void;
  /** Takes away `by`, 1 unless given, from the series with these labels. */
  dec(labels: MetricLabels<Label>, by?: number): void;
  /** Sets the number. */
  set(value: number): void;
  /** Sets the number of the series with these labels. */
  set(labels: MetricLabels<Label>, value: number): void;
}

/** How often values fell into each bucket. */
export interface HistogramHandle<Label extends string> {
  /** Counts a value, in the metric's unit. */
  observe(value: number): void;
  /** Counts a value, in the metric's unit, for the series with these labels. */
  observe(labels: MetricLabels<Label>, value: number): void;
  /** Starts a clock; the result stops it, counts the seconds and returns them. */
  startTimer(labels?: MetricLabels<Label>): (labels?: MetricLabels<Label>) => number;
}

/** What counts, sets or observes a metric, by its kind; labels are those of its definition. */
export type MetricHandle<Of extends MetricDefinition> = Of["kind"] extends "counter"
  ? CounterHandle<Of["labels"][number]>
  : Of["kind"] extends "gauge" ? GaugeHandle<Of["labels"][number]>
  : HistogramHandle<Of["labels"][number]>;

/** A handle for each metric of the table, and the page that Prometheus reads. */
export type Metrics =
  & { readonly [Name in keyof typeof METRICS]: MetricHandle<(typeof METRICS)[Name]> }
  & {
    /** Content type of the page. */
    readonly contentType: string;
    /** The page; process gauges are read now. */
    page(): Promise<string>;
  };

type AnyHandle = CounterHandle<string> | GaugeHandle<string> | HistogramHandle<string>;

function create(definition: MetricDefinition, registry: Registry): AnyHandle {
  const { kind, name, help, labels, buckets } = definition;
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === "counter") return new Counter(common);
  if (kind === "gauge") return new Gauge(common);
  return new Histogram({ ...common, buckets: [...buckets ?? LATENCY_BUCKETS] });
}

/** Creates the metrics, each service its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const handles = Object.fromEntries(
    Object.entries(METRICS).map(([name, definition]) => [name, create(definition, registry)]),
  ) as { [Name in keyof typeof METRICS]: MetricHandle<(typeof METRICS)[Name]> };
  return {
    ...handles,
    contentType: registry.contentType,
    page: () => {
      handles.uptime.set(performance.now() / 1000);
      handles.memory.set(Deno.memoryUsage().rss);
      return registry.metrics();
    },
  };
}
