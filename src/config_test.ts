import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError, readConfig, SETTINGS, unknownVariables } from "./config.ts";
import { defaultReplicas } from "./settings/model_settings.ts";

/** The settings by this variable alone, or the line that refuses it. */
function read(variable: string, text: string): unknown {
  const [name] = Object.entries(SETTINGS).find(([, setting]) => setting.variable === variable)!;
  try {
    return readConfig({ [variable]: text })[name as keyof typeof SETTINGS];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.problems.length, 1);
    assert.ok(error.problems[0].includes(`${variable}=${text.trim()}`), error.problems[0]);
    return undefined;
  }
}

/** Every bounded number: texts just inside, and just outside. */
const BOUNDS: readonly [variable: string, inside: string[], outside: string[]][] = [
  ["PORT", ["0", "65535"], ["-1", "65536", "80.5"]],
  ["KRONOS_WORKERS", ["0", "64"], ["-1", "65", "1.5"]],
  ["KRONOS_THREADS", ["1", "64"], ["0", "65"]],
  ["KRONOS_MAX_CONTEXT", ["1", "2048"], ["0", "2049"]],
  ["KRONOS_DEFAULT_TEMPERATURE", ["0.001", "10"], ["0", "10.1", "-1"]],
  ["KRONOS_DEFAULT_TOP_K", ["0", "2147483647"], ["-1", "2147483648", "0.5"]],
  ["KRONOS_DEFAULT_TOP_P", ["0.001", "1"], ["0", "1.001"]],
  ["KRONOS_DEFAULT_SAMPLE_COUNT", ["1", "1024"], ["0", "1025"]],
  ["KRONOS_DEFAULT_LOOKBACK", ["1", "2048"], ["0", "2049"]],
  ["KRONOS_DEFAULT_PRED_LEN", ["1", "512"], ["0", "513"]],
  ["KRONOS_DEFAULT_BAND_SAMPLES", ["2", "1024"], ["1", "1025"]],
  ["KRONOS_MAX_SAMPLE_COUNT", ["1", "1024"], ["0", "1025"]],
  ["KRONOS_MAX_EVENTS", ["1", "1000"], ["0", "1001"]],
  ["KRONOS_WARN_EVENT_PATHS", ["1", "1024"], ["0", "1025"]],
  ["KRONOS_WARN_RANGE_FACTOR", ["0.001", "1000"], ["0", "1001"]],
  ["KRONOS_WARN_STALE_CANDLES", ["1", "2048"], ["0", "2049"]],
  ["KRONOS_MAX_BATCH_ITEMS", ["1", "10000"], ["0", "10001"]],
  ["KRONOS_MAX_RESPONSE_ROWS", ["1", "10000000"], ["0", "10000001"]],
  ["KRONOS_CLIP_VALUE", ["0.1", "1000"], ["0", "1001"]],
  ["KRONOS_CHUNK_STEPS", ["1", "512"], ["0", "513"]],
  ["KRONOS_MAX_BATCH_ROWS", ["1", "4096"], ["0", "4097"]],
  ["KRONOS_MAX_PREFILLED_SERIES", ["1", "10000"], ["0", "10001"]],
  ["KRONOS_CACHE_MB", ["1", "1000000"], ["0", "1000001"]],
  ["KRONOS_MEMORY_LIMIT_MB", ["1", "1000000000"], ["0", "1000000001"]],
  ["KRONOS_HEAP_MARK_MB", ["1", "4096"], ["0", "4097"]],
  ["KRONOS_MAX_REQUEST_SIZE_MB", ["0.001", "1024"], ["0", "1025"]],
  ["KRONOS_INFERENCE_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_REQUEST_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_HEAD_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_BODY_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_WRITE_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_IDLE_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_BACKTEST_MAX_CANDLES", ["2", "1000000"], ["1", "1000001"]],
  ["KRONOS_BACKTEST_MAX_WINDOWS", ["1", "10000"], ["0", "10001"]],
  ["KRONOS_BACKTEST_MAX_TOKENS", ["1", "1099511627776"], ["0", "1099511627777"]],
  ["KRONOS_STREAM_HEARTBEAT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_QUEUE_LIMIT", ["1", "100000"], ["0", "100001"]],
  ["KRONOS_QUEUE_TOKENS", ["1", "1099511627776"], ["0", "1099511627777"]],
  ["KRONOS_QUEUE_MB", ["1", "1000000"], ["0", "1000001"]],
  ["KRONOS_LAME_DUCK_MS", ["0", "24999"], ["-1", "3600001", "25000"]],
  ["KRONOS_DRAIN_TIMEOUT_MS", ["5001", "29999"], ["0", "3600001", "5000", "30000"]],
  ["KRONOS_GRACE_MS", ["25001", "3600000"], ["0", "3600001", "25000"]],
  ["KRONOS_RUN_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_RETRIES", ["0", "10"], ["-1", "11", "1.5"]],
  ["KRONOS_RETRY_BASE_MS", ["1", "3600000"], ["0", "3600001"]],
  ["KRONOS_RETRY_CAP_MS", ["1", "3600000"], ["0", "3600001"]],
  ["KRONOS_CIRCUIT_WINDOW", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_CIRCUIT_THRESHOLD", ["0.001", "1"], ["0", "1.001"]],
  ["KRONOS_CIRCUIT_MIN_REQUESTS", ["1", "100000"], ["0", "100001"]],
  ["KRONOS_CIRCUIT_COOLDOWN", ["0.001", "86400"], ["0", "86401"]],
  ["KRONOS_RELOAD_BASE_MS", ["1", "3600000"], ["0", "3600001"]],
  ["KRONOS_RELOAD_CAP_MS", ["1", "3600000"], ["0", "3600001"]],
  ["KRONOS_JSON_THREAD_KB", ["1", "1000000"], ["0", "1000001"]],
  ["KRONOS_ADMIN_PORT", ["0", "65535"], ["-1", "65536"]],
  ["KRONOS_RATE_LIMIT_PER_MINUTE", ["1", "1000000"], ["0", "1000001"]],
  ["KRONOS_STARTUP_TIMEOUT", ["0.001", "86400"], ["0", "86401"]],
];

const NAMES: readonly [variable: string, taken: Record<string, unknown>, refused: string[]][] = [
  ["HOST", { "0.0.0.0": "0.0.0.0", "::1": "::1" }, []],
  ["KRONOS_MODEL_PATH", { "models/small": "models/small" }, []],
  [
    "KRONOS_DEVICE",
    { auto: "auto", wasm: "wasm", cpu: "wasm", webgpu: "webgpu", native: "native" },
    ["gpu", "cuda:0"],
  ],
  ["KRONOS_FUSED_PRODUCTS", { true: true, no: false }, ["maybe"]],
  ["KRONOS_PRECISION", { f32: "f32", int8: "int8" }, ["f16", "INT8"]],
  ["KRONOS_PLATFORM", {
    kubernetes: "kubernetes",
    docker: "docker",
    deno_deploy: "deno_deploy",
  }, ["nomad"]],
  ["KRONOS_CONTEXT_POLICY", { rolling: "rolling", exact: "exact" }, ["Rolling", "both"]],
  ["KRONOS_LOG_LEVEL", {
    DEBUG: "DEBUG",
    info: "INFO",
    WARNING: "WARN",
    warning: "WARN",
    Warn: "WARN",
    ERROR: "ERROR",
  }, ["TRACE", "2"]],
  ["KRONOS_CALIBRATION", { on: true, true: true, off: false, "0": false }, ["fit"]],
  ["KRONOS_SECURITY_ENABLED", { false: false, off: false }, ["2"]],
  ["KRONOS_API_KEYS_FILE", { "/run/secrets/keys": "/run/secrets/keys" }, []],
  ["KRONOS_RATE_LIMIT_ENABLED", { true: true, false: false, no: false }, ["2"]],
  ["KRONOS_ANCHOR", { on: true, true: true, off: false, "0": false }, ["anchor"]],
  ["KRONOS_ENABLE_METRICS", { true: true, "1": true, yes: true, false: false, "0": false }, ["2"]],
];

const LISTS: readonly [variable: string, taken: Record<string, string[]>, refused: string[]][] = [
  ["KRONOS_CONTAINER_WHITELIST", { "web": ["web"], " a_1 , b.c-d ": ["a_1", "b.c-d"] }, [
    "a,,b",
    "a b",
    "-a",
    ",",
  ]],
  ["KRONOS_PUBLIC_ROUTES", { metrics: ["metrics"], "docs,metrics": ["docs", "metrics"] }, [
    "probes",
    "metrics;docs",
  ]],
  ["KRONOS_CORS_ORIGINS", {
    "*": ["*"],
    "https://a.example,http://localhost:3000": ["https://a.example", "http://localhost:3000"],
  }, ["a.example", "https://a.example/", "null"]],
  ["KRONOS_TRUSTED_PROXIES", { "10.0.0.0/8, fd00::/8": ["10.0.0.0/8", "fd00::/8"] }, [
    "10.0.0.1",
    "10.0.0.0/33",
    "proxy",
  ]],
];

Deno.test("readConfig() takes lists of what fits, and names any other", () => {
  for (const [variable, taken, refused] of LISTS) {
    for (const [text, value] of Object.entries(taken)) {
      assert.deepEqual(read(variable, text), value);
    }
    for (const text of refused) assert.equal(read(variable, text), undefined, text);
  }
});

Deno.test("readConfig() takes each number within its bounds and names one outside", () => {
  for (const [variable, inside, outside] of BOUNDS) {
    for (const text of inside) assert.equal(read(variable, text), Number(text), variable);
    for (const text of [...outside, "none", " ", "1,5", "NaN", "Infinity", "1e999"]) {
      assert.equal(read(variable, text), undefined, `${variable}=${text}`);
    }
    assert.equal(read(variable, ` ${inside[0]} `), Number(inside[0]));
  }
});

Deno.test("readConfig() takes each name and its aliases, and names any other", () => {
  for (const [variable, taken, refused] of NAMES) {
    for (const [text, value] of Object.entries(taken)) assert.equal(read(variable, text), value);
    for (const text of refused) assert.equal(read(variable, text), undefined, text);
  }
});

Deno.test("every setting has a case in this test, a unit and a reason", () => {
  const tested = [...BOUNDS, ...NAMES, ...LISTS].map(([variable]) => variable);
  const variables = Object.values(SETTINGS).map(({ variable }) => variable);
  assert.deepEqual(tested.toSorted(), variables.toSorted());
  for (const { unit, reason } of Object.values(SETTINGS)) assert.ok(unit && reason);
});

Deno.test("readConfig() counts an empty variable as absent, a refused one too", () => {
  const variables = Object.values(SETTINGS).map(({ variable }) => variable);
  const others = ["KRONOS_MODEL_ID", "KRONOS_TOKENIZER_ID"];
  const empty = Object.fromEntries([...variables, ...others].map((variable) => [variable, ""]));
  assert.deepEqual(readConfig(empty), readConfig({}));
});

Deno.test("readConfig() throws ConfigError with a line for every bad variable", () => {
  assert.throws(
    () => readConfig({ PORT: "x", KRONOS_TOP: "y", KRONOS_THREADS: "0", KRONOS_MODEL_ID: "a/b" }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.name, "ConfigError");
      const named = error.problems.map((line) => line.split(/[=:]/)[0]).toSorted();
      assert.deepEqual(named, ["KRONOS_MODEL_ID", "KRONOS_THREADS", "PORT"]);
      assert.equal(error.message, error.problems.join("\n"));
      return true;
    },
  );
});

Deno.test("readConfig() refuses the Python service's model ids with the command to run", () => {
  for (const variable of ["KRONOS_MODEL_ID", "KRONOS_TOKENIZER_ID"]) {
    assert.throws(() => readConfig({ [variable]: "NeoQuasar/Kronos-small" }), {
      name: "ConfigError",
      message: new RegExp(`^${variable}: .*deno task import --model .*KRONOS_MODEL_PATH$`),
    });
  }
});

Deno.test("readConfig() refuses access control that would let nobody in", () => {
  assert.throws(() => readConfig({ KRONOS_SECURITY_ENABLED: "true" }), {
    message:
      "KRONOS_SECURITY_ENABLED=true: needs KRONOS_API_KEYS_FILE or KRONOS_CONTAINER_WHITELIST",
  });
  for (
    const [variable, value] of [["KRONOS_API_KEYS_FILE", "k"], ["KRONOS_CONTAINER_WHITELIST", "c"]]
  ) {
    const config = readConfig({ KRONOS_SECURITY_ENABLED: "true", [variable]: value });
    assert.ok(config.securityEnabled);
  }
});

Deno.test("readConfig() of any texts gives settings or throws ConfigError", () => {
  const variables = [
    ...Object.values(SETTINGS).map(({ variable }) => variable),
    ...["KRONOS_MODEL_ID", "KRONOS_SECURITY_ENABLED", "KRONOS_OTHER", "__proto__", "PATH"],
  ];
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double().map(String),
    fc.bigInt().map(String),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...variables), text), (environment) => {
      try {
        const config = readConfig(environment);
        assert.deepEqual(Object.keys(config).toSorted(), Object.keys(SETTINGS).toSorted());
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        assert.ok(error.problems.length > 0);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("unknownVariables() names ours by their name that no setting reads", () => {
  assert.deepEqual(
    unknownVariables({
      KRONOS_WORKER: "2",
      KRONOS_WORKERS: "2",
      KRONOS_MODEL_ID: "x",
      KRONOS_REQUIRE_TOOLS: "1",
      PORT: "1",
      PATH: "/bin",
    }),
    ["KRONOS_WORKER"],
  );
});

Deno.test("defaultReplicas() is one replica a core, one at least", () => {
  assert.deepEqual(defaultReplicas(0), { workers: 1, threads: 1 });
  assert.deepEqual(defaultReplicas(6), { workers: 6, threads: 1 });
});
