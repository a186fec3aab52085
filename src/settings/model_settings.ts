/** Settings of the model and the replicas that run it. */
import { memoryLimitBytes } from "./memory_limit.ts";
import { flag, oneOf, positive, seconds, setting, text, whole } from "./setting.ts";

/** A replica a core, one thread each: threads wait for each other, spinning, where a core is busy. */
export function defaultReplicas(cores: number): { workers: number; threads: number } {
  return { workers: Math.max(1, cores), threads: 1 };
}

/** Share of the memory limit that keys and values of one replica may take, and the most in megabytes. */
const CACHE_SHARE = 1 / 12;
const MOST_CACHE_MB = 256;

const replicas = defaultReplicas(navigator.hardwareConcurrency);

/** By the name that the code uses. */
export const MODEL_SETTINGS = {
  modelPath: setting("KRONOS_MODEL_PATH", "folder", "models/nano", text, "holds a manifest.json"),
  device: setting<"auto" | "wasm" | "webgpu" | "native">(
    "KRONOS_DEVICE",
    "name",
    "auto",
    oneOf(["auto", "wasm", "webgpu", "native"], { cpu: "wasm" }),
    "auto: webgpu on a graphics processor, else wasm; cpu: wasm; native: after native:install",
  ),
  precision: setting<"f32" | "int8">(
    "KRONOS_PRECISION",
    "name",
    "f32",
    oneOf(["f32", "int8"]),
    "of the large matrix products; int8 pays from a width of 256 on: docs/performance.md",
  ),
  fusedProducts: setting(
    "KRONOS_FUSED_PRODUCTS",
    "flag",
    true,
    flag,
    "WASM multiplies and adds at once; no: slower, and a seed's numbers are the same on every processor",
  ),
  workers: setting(
    "KRONOS_WORKERS",
    "replicas",
    replicas.workers,
    whole(0, 64),
    "each holds the weights once; from the cores; 0 computes on the main thread",
  ),
  threads: setting(
    "KRONOS_THREADS",
    "threads",
    replicas.threads,
    whole(1, 64),
    "of each replica; a spare core in quiet; on busy cores they wait for each other, spinning",
  ),
  maxContext: setting<number | null>(
    "KRONOS_MAX_CONTEXT",
    "tokens",
    null,
    whole(1, 2048),
    "absent: the manifest's, which is also the most",
  ),
  contextPolicy: setting<"rolling" | "exact">(
    "KRONOS_CONTEXT_POLICY",
    "name",
    "rolling",
    oneOf(["rolling", "exact"]),
    "exact recomputes past the context as the reference does, much slower",
  ),
  clipValue: setting(
    "KRONOS_CLIP_VALUE",
    "standard deviations",
    5,
    positive(1000),
    "normalised candles are cut there; what the model was trained with",
  ),
  chunkSteps: setting(
    "KRONOS_CHUNK_STEPS",
    "steps",
    16,
    whole(1, 512),
    "between two chances to join, leave or be cancelled",
  ),
  maxBatchRows: setting(
    "KRONOS_MAX_BATCH_ROWS",
    "paths",
    32,
    whole(1, 4096),
    "in one run; more gain nothing and hold the others up",
  ),
  maxPrefilledSeries: setting(
    "KRONOS_MAX_PREFILLED_SERIES",
    "series",
    64,
    whole(1, 10_000),
    "with their context in a replica's memory",
  ),
  cacheMb: setting(
    "KRONOS_CACHE_MB",
    "megabytes",
    Math.min(MOST_CACHE_MB, Math.ceil(memoryLimitBytes() * CACHE_SHARE / 1e6)),
    whole(1, 1_000_000),
    "of keys and values in a replica: a twelfth of the memory, 256 at most; one series always fits",
  ),
  memoryLimitMb: setting<number | null>(
    "KRONOS_MEMORY_LIMIT_MB",
    "megabytes",
    null,
    whole(1, 1_000_000_000),
    "that must suffice for what is set here, or the start is refused; absent: the cgroup's limit",
  ),
  heapMarkMb: setting(
    "KRONOS_HEAP_MARK_MB",
    "megabytes",
    1024,
    whole(1, 4096),
    "of a replica's WASM memory, which never shrinks; past it the replica is renewed between chunks",
  ),
  inferenceTimeoutS: setting(
    "KRONOS_INFERENCE_TIMEOUT",
    "seconds",
    240,
    seconds,
    "for the model's part of a request",
  ),
  startupTimeoutS: setting(
    "KRONOS_STARTUP_TIMEOUT",
    "seconds",
    300,
    seconds,
    "for a replica to load the model; then it is given up, and loading is tried again",
  ),
} as const;
