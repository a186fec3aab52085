/**
 * Settings: environment variables, checked at start. One table names each with its unit, default and
 * reason; parsing, `deno task config` and docs/configuration.md come from it.
 */
import { z } from "zod";

/** How a setting reads its variable. */
interface Setting<Value> {
  /** The environment variable. */
  readonly variable: string;
  readonly unit: string;
  readonly fallback: Value;
  /** Parses the variable's text. */
  readonly schema: z.ZodType<Value>;
  /** What it is for, and why the default is what it is. */
  readonly reason: string;
}

function setting<Value>(
  variable: string,
  unit: string,
  fallback: Value,
  schema: z.ZodType<Value>,
  reason: string,
): Setting<Value> {
  return { variable, unit, fallback, schema, reason };
}

const text = z.string().min(1);
const flag = z.stringbool();
const number = (rule: z.ZodNumber) => z.string().trim().min(1).transform(Number).pipe(rule);
const whole = (min: number, max: number) => number(z.int().min(min).max(max));
const seconds = number(z.number().positive().max(86_400));
const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
const logLevel = text.transform((level) => level.toUpperCase() === "WARNING" ? "WARN" : level)
  .transform((level) => level.toUpperCase()).pipe(z.enum(LOG_LEVELS));
const device = text.transform((name) => name === "cpu" ? "wasm" : name).pipe(
  z.enum(["auto", "wasm"], {
    error: "auto and wasm are what this version runs on",
  }),
);

/** A replica a core, one thread each: with two threads in a Worker runs were seen to hang. */
export function defaultReplicas(cores: number): { workers: number; threads: number } {
  return { workers: Math.max(1, cores), threads: 1 };
}

const replicas = defaultReplicas(navigator.hardwareConcurrency);

/** Every setting, by the name that the code uses. */
export const SETTINGS = {
  host: setting("HOST", "address", "127.0.0.1", text, "where to listen; loopback until told"),
  port: setting("PORT", "TCP port", 8000, whole(0, 65_535), "0 takes a free one"),
  modelPath: setting("KRONOS_MODEL_PATH", "folder", "models/nano", text, "holds a manifest.json"),
  device: setting<"auto" | "wasm">("KRONOS_DEVICE", "name", "auto", device, "cpu means wasm"),
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
    "of each replica; more than one was seen to hang in a Worker",
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
    z.enum(["rolling", "exact"]),
    "exact recomputes past the context as the reference does, much slower",
  ),
  defaultTemperature: setting<number | null>(
    "KRONOS_DEFAULT_TEMPERATURE",
    "ratio",
    null,
    number(z.number().positive().max(10)),
    "absent: the manifest's, else 1",
  ),
  defaultTopK: setting<number | null>(
    "KRONOS_DEFAULT_TOP_K",
    "tokens",
    null,
    whole(0, 2 ** 31 - 1),
    "absent: the manifest's, else 0, which switches it off",
  ),
  defaultTopP: setting<number | null>(
    "KRONOS_DEFAULT_TOP_P",
    "probability",
    null,
    number(z.number().positive().max(1)),
    "absent: the manifest's, else 0.9",
  ),
  defaultSampleCount: setting<number | null>(
    "KRONOS_DEFAULT_SAMPLE_COUNT",
    "paths",
    null,
    whole(1, 1024),
    "absent: the manifest's, else 1",
  ),
  defaultLookback: setting("KRONOS_DEFAULT_LOOKBACK", "candles", 400, whole(1, 2048), "of a file"),
  defaultPredLen: setting(
    "KRONOS_DEFAULT_PRED_LEN",
    "steps",
    120,
    whole(1, 512),
    "the command line's horizon",
  ),
  defaultBandSamples: setting(
    "KRONOS_DEFAULT_BAND_SAMPLES",
    "paths",
    32,
    whole(2, 1024),
    "for quantiles or samples without a sample_count: enough for a 90% band",
  ),
  maxSampleCount: setting(
    "KRONOS_MAX_SAMPLE_COUNT",
    "paths",
    64,
    whole(1, 1024),
    "more cost time and memory in proportion",
  ),
  maxBatchItems: setting(
    "KRONOS_MAX_BATCH_ITEMS",
    "series",
    256,
    whole(1, 10_000),
    "of one request",
  ),
  maxResponseRows: setting(
    "KRONOS_MAX_RESPONSE_ROWS",
    "candles",
    200_000,
    whole(1, 10_000_000),
    "of one answer; about 20 MB of JSON",
  ),
  clipValue: setting(
    "KRONOS_CLIP_VALUE",
    "standard deviations",
    5,
    number(z.number().positive().max(1000)),
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
    64,
    whole(1, 4096),
    "in one run; more gain little and hold the others up",
  ),
  maxPrefilledSeries: setting(
    "KRONOS_MAX_PREFILLED_SERIES",
    "series",
    64,
    whole(1, 10_000),
    "with their context in a replica's memory",
  ),
  logLevel: setting<(typeof LOG_LEVELS)[number]>(
    "KRONOS_LOG_LEVEL",
    "name",
    "INFO",
    logLevel,
    "the least that is written",
  ),
  enableMetrics: setting("KRONOS_ENABLE_METRICS", "flag", true, flag, "serves /v1/metrics"),
  maxRequestSizeMb: setting(
    "KRONOS_MAX_REQUEST_SIZE_MB",
    "megabytes",
    10,
    number(z.number().positive().max(1024)),
    "of a body",
  ),
  inferenceTimeoutS: setting(
    "KRONOS_INFERENCE_TIMEOUT",
    "seconds",
    240,
    seconds,
    "for the model's part of a request",
  ),
  requestTimeoutS: setting("KRONOS_REQUEST_TIMEOUT", "seconds", 300, seconds, "for a request"),
  startupTimeoutS: setting(
    "KRONOS_STARTUP_TIMEOUT",
    "seconds",
    300,
    seconds,
    "for loading the model; then the log says so and loading goes on",
  ),
} as const;

/** The settings, frozen. */
export type Config = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]["fallback"];
};

/** Variables that this version does not know how to honour, and the values that ask for nothing. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  KRONOS_SECURITY_ENABLED: ["false", "0", "no", "off"],
  KRONOS_API_KEYS_FILE: [],
  KRONOS_CONTAINER_WHITELIST: [],
  KRONOS_RATE_LIMIT_ENABLED: ["false", "0", "no", "off"],
  KRONOS_RATE_LIMIT_PER_MINUTE: [],
  KRONOS_TRUSTED_PROXIES: [],
  KRONOS_QUEUE_LIMIT: [],
  KRONOS_QUEUE_TOKENS: [],
  KRONOS_LAME_DUCK_MS: ["0"],
  KRONOS_DRAIN_TIMEOUT_MS: [],
  KRONOS_GRACE_MS: [],
};

const FROM_PYTHON = ["KRONOS_MODEL_ID", "KRONOS_TOKENIZER_ID"];

const IMPORT_COMMAND = "deno task import --model hf:NeoQuasar/Kronos-small " +
  "--tokenizer hf:NeoQuasar/Kronos-Tokenizer-base --out models/small";

/** Settings that cannot be used; the message has a line for each. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /** @param problems one clear line each */
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

function isAbsent(value: string | undefined): value is undefined | "" {
  return value === undefined || value === "";
}

/** Variables that would be ignored in silence, though whoever set them counts on them. */
function refusedVariables(environment: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  for (const [variable, harmless] of Object.entries(NOT_YET)) {
    const value = environment[variable];
    if (isAbsent(value) || harmless.includes(value.toLowerCase())) continue;
    problems.push(`${variable}=${value}: this version does not support it; leave it unset`);
  }
  for (const variable of FROM_PYTHON) {
    if (isAbsent(environment[variable])) continue;
    problems.push(
      `${variable}: models are imported before the start, with: ${IMPORT_COMMAND}; ` +
        "then set KRONOS_MODEL_PATH",
    );
  }
  return problems;
}

/**
 * Reads the settings. An empty variable counts as absent.
 *
 * @throws ConfigError naming every bad variable
 */
export function readConfig(environment: Readonly<Record<string, string>>): Config {
  const values: Record<string, unknown> = {};
  const problems = refusedVariables(environment);
  for (const [name, { variable, fallback, schema, unit }] of Object.entries(SETTINGS)) {
    const given = environment[variable];
    if (isAbsent(given)) {
      values[name] = fallback;
      continue;
    }
    const parsed = schema.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else {
      const why = parsed.error.issues[0].message;
      problems.push(`${variable}=${given}: ${why} (${unit})`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Config;
}

/** Variables of ours by their name that no setting reads: likely misspelt. */
export function unknownVariables(environment: Readonly<Record<string, string>>): string[] {
  const known = new Set([
    ...Object.values(SETTINGS).map(({ variable }) => variable),
    ...Object.keys(NOT_YET),
    ...FROM_PYTHON,
    "KRONOS_REQUIRE_TOOLS",
  ]);
  return Object.keys(environment).filter((name) => name.startsWith("KRONOS_") && !known.has(name));
}
