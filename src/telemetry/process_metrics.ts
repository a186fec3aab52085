/** Metrics of the process, under the names that Prometheus' own clients use, and its memory limit. */
import type { MetricTable } from "./metric_definition.ts";

/** By the name that the code uses. */
export const PROCESS_METRICS = {
  startTime: {
    kind: "gauge",
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since 1970.",
    labels: [],
  },
  uptime: {
    kind: "gauge",
    name: "process_uptime_seconds",
    help: "Seconds since the process started.",
    labels: [],
  },
  cpu: {
    kind: "counter",
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, all its threads, in user and kernel mode.",
    labels: [],
  },
  residentMemory: {
    kind: "gauge",
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    labels: [],
  },
  heap: {
    kind: "gauge",
    name: "process_heap_bytes",
    help: "JavaScript heap in use on the main thread; the models are outside of it.",
    labels: [],
  },
  connections: {
    kind: "gauge",
    name: "kronos_open_connections",
    help: "Open connections of clients, idle ones included.",
    labels: [],
  },
  memoryUsage: {
    kind: "gauge",
    name: "kronos_memory_usage_bytes",
    help: "Memory that counts against the limit: the control group's, else the machine's.",
    labels: [],
  },
  memoryLimit: {
    kind: "gauge",
    name: "kronos_memory_limit_bytes",
    help: "The memory limit: the control group's, else the machine's memory.",
    labels: [],
  },
} as const satisfies MetricTable;
