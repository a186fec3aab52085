/** What counts: a handle for each metric of the table, and the page that Prometheus reads. */
import process from "node:process";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { MetricDefinition } from "./metric_definition.ts";
import { METRICS } from "./metric_table.ts";

const MICROSECONDS_PER_SECOND = 1_000_000;

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
    /** The page; what the process has used is read now. */
    page(): Promise<string>;
  };

type AnyHandle = CounterHandle<string> | GaugeHandle<string> | HistogramHandle<string>;

/** Every combination of the values that stand at 0 from the start. */
function initialLabels({ initial }: MetricDefinition): MetricLabels<string>[] {
  return Object.entries(initial ?? {}).reduce<MetricLabels<string>[]>(
    (all, [label, values]) =>
      all.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value }))),
    initial === undefined ? [] : [{}],
  );
}

function create(definition: MetricDefinition, registry: Registry): AnyHandle {
  const { kind, name, help, labels, buckets = [] } = definition;
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === "histogram") {
    const histogram = new Histogram({ ...common, buckets: [...buckets] });
    for (const labels of initialLabels(definition)) histogram.zero(labels);
    return histogram;
  }
  const handle = kind === "counter" ? new Counter(common) : new Gauge(common);
  for (const labels of initialLabels(definition)) handle.inc(labels, 0);
  return handle;
}

/** Reads what the process has used; call it before each page. */
function processReader(
  { startTime, uptime, cpu, residentMemory, heap }: Omit<Metrics, "contentType" | "page">,
): () => void {
  startTime.set(performance.timeOrigin / 1000);
  let counted = 0;
  return () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / MICROSECONDS_PER_SECOND;
    cpu.inc(Math.max(0, seconds - counted));
    counted = Math.max(counted, seconds);
    uptime.set(performance.now() / 1000);
    const { rss, heapUsed } = Deno.memoryUsage();
    residentMemory.set(rss);
    heap.set(heapUsed);
  };
}

/** Creates the metrics, each service its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const handles = Object.fromEntries(
    Object.entries(METRICS).map(([name, definition]) => [name, create(definition, registry)]),
  ) as { [Name in keyof typeof METRICS]: MetricHandle<(typeof METRICS)[Name]> };
  const readProcess = processReader(handles);
  return {
    ...handles,
    contentType: registry.contentType,
    page: () => {
      readProcess();
      return registry.metrics();
    },
  };
}
