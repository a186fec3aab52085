/** The app in process, on a forecaster that is a formula; every answer is held against the document. */
import assert from "node:assert/strict";
import { type Config, readConfig } from "../../src/config.ts";
import { Admission } from "../../src/forecast/admission.ts";
import { createForecaster, type ScheduledForecaster } from "../../src/forecast/forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../../src/forecast/scheduler.ts";
import { FakeReplica, type FakeReplicaOptions } from "../../src/forecast/testing/fake_replica.ts";
import type { ReverseLookup } from "../../src/http/access/container_names.ts";
import type { AppParts } from "../../src/http/app_parts.ts";
import { createApp } from "../../src/http/app.ts";
import { JsonThread } from "../../src/http/json_thread.ts";
import type { Readiness, ServiceState } from "../../src/http/service_state.ts";
import type { ModelInfo, SeriesInput } from "../../src/inference/engine.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { ErrorPatterns } from "../../src/telemetry/error_patterns.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { RequestLedger } from "../../src/telemetry/request_ledger.ts";
import { type OpenApiDocument, SchemaCheck } from "./schema_check.ts";

/** What a test changes about the service. */
export interface AppOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly info?: Partial<ModelInfo>;
  readonly replica?: FakeReplicaOptions;
  /** Stands in for the forecaster on the fake replica. */
  readonly forecaster?: ScheduledForecaster;
  /** Stands in for the machine's name server. */
  readonly lookup?: ReverseLookup;
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

const INFO: ModelInfo = {
  modelVersion: "fake-1",
  tokenizerVersion: "fake-tokenizer-1",
  maxContext: 64,
  device: "wasm",
  cacheBytesPerToken: 1,
  deviceWarning: null,
  anchor: false,
  calibration: null,
  defaults: {},
};

/** Around the mean, differently for each series, path, step and column. */
function wave(seed: number, path: number, step: number, column: number): number {
  return 2 * Math.sin(seed % 1000 + 7 * path + 3 * step + column);
}

/** A service whose state the test sets. */
export class FakeService implements ServiceState {
  /** See `ServiceState`. */
  readiness: Readiness = "ok";
  /** See `ServiceState`. */
  model: ServiceState["model"];
  /** See `ServiceState`. */
  loadFailure: string | null = null;
  /** See `ServiceState`. */
  circuit: ServiceState["circuit"] = { state: "closed", retryAfterMs: null };
  /** See `ServiceState`. */
  replicas: ServiceState["replicas"] = { total: 2, serving: 2 };
  /** See `ServiceState`. */
  predictions = 0;
  /** See `ServiceState`. */
  failures = 0;
  /** See `ServiceState`. */
  lastPrediction: Date | null = null;

  /** Ready with this model. */
  constructor(model: ServiceState["model"]) {
    this.model = model;
  }

  /** See `ServiceState`. */
  recordPrediction(succeeded: boolean): void {
    if (succeeded) {
      this.predictions++;
      this.lastPrediction = new Date("2025-10-14T10:30:10.987Z");
    } else this.failures++;
  }
}

/** An error's body. */
export interface ErrorBody {
  readonly type: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> & { readonly issues?: readonly LogLine[] };
  readonly request_id: string;
  readonly timestamp: string;
}

/** The app, and what it did. */
export class TestedApp {
  /** Its settings. */
  readonly config: Config;
  /** Every line of its log. */
  readonly lines: LogLine[] = [];
  /** What the replica was given. */
  readonly inputs: SeriesInput[] = [];
  /** The state that it reads. */
  readonly service: FakeService;
  /** Its gates. */
  readonly admission: Admission;
  /** Its books. */
  readonly ledger: RequestLedger = new RequestLedger();
  /** Its errors, counted. */
  readonly errorPatterns: ErrorPatterns;
  /** Aborts what is under way, as the end of a drain does. */
  readonly stop: AbortController = new AbortController();
  /** What it is made of. */
  readonly parts: AppParts;
  /** The app itself. */
  readonly app: ReturnType<typeof createApp>;
  readonly #document: OpenApiDocument;
  /** Holds values against the document. */
  readonly check: SchemaCheck;

  /** Ready to be asked. */
  constructor(options: AppOptions = {}) {
    const { environment = {}, info = {}, replica = {}, forecaster, lookup } = options;
    // Without workers nothing is left to end.
    this.config = readConfig({ KRONOS_WORKERS: "0", ...environment });
    const fake = new FakeReplica({
      value: wave,
      pause: () => Promise.resolve(),
      cohort: (input) => {
        this.inputs.push(input);
        return "all";
      },
      ...replica,
    });
    const settings = { ...DEFAULT_SCHEDULER_SETTINGS, chunkSteps: 512 };
    this.service = new FakeService({
      info: { ...INFO, ...info },
      forecaster: forecaster ?? createForecaster({
        engine: { replicas: [fake], serving: 1 },
        clipValue: this.config.clipValue,
        scheduler: settings,
        failures: { retry: { retries: 2, backoffBaseMs: 1, backoffCapMs: 2 } },
      }),
    });
    this.admission = new Admission({
      waiting: this.config.queueLimit,
      tokens: this.config.queueTokens,
      bytes: this.config.queueMb * 1e6,
    });
    const log = createLog("DEBUG", (line) => this.lines.push(JSON.parse(line)));
    const metrics = createMetrics();
    this.errorPatterns = new ErrorPatterns(log, metrics);
    this.parts = {
      config: this.config,
      admission: this.admission,
      ledger: this.ledger,
      stopSignal: this.stop.signal,
      jsonThread: new JsonThread(this.config),
      log,
      metrics,
      errorPatterns: this.errorPatterns,
      service: this.service,
      ...(lookup === undefined ? {} : { lookup }),
    };
    this.app = createApp(this.parts);
    this.#document = this.app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: { title: "under test", version: "1" },
    }) as unknown as OpenApiDocument;
    this.check = new SchemaCheck(this.#document);
  }

  /** Sends a request from an address; fails where the answer is not what the document says. */
  async request(path: string, init: RequestInit = {}, from?: string): Promise<Response> {
    const bindings = from === undefined ? {} : { remoteAddress: from };
    const response = await this.app.request(path, init, bindings);
    await this.#assertDocumented(path, init.method ?? "GET", response);
    return response;
  }

  /** A POST; what is not text or bytes is sent as JSON. Fails where the document forbids what is taken. */
  async post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = { "Content-Type": "application/json" },
  ): Promise<Response> {
    const raw = typeof body === "string" || body instanceof Uint8Array;
    const text = raw ? body as string | Uint8Array<ArrayBuffer> : JSON.stringify(body);
    // Bytes, since a text body gets a content type of its own.
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const response = await this.request(path, { method: "POST", body: bytes, headers });
    if (response.status === 200) {
      const [route] = path.split("?");
      const place = [
        "paths",
        route,
        "post",
        "requestBody",
        "content",
        "application/json",
        "schema",
      ];
      this.check.assertFits(place, JSON.parse(new TextDecoder().decode(bytes)));
    }
    return response;
  }

  /** The answer to a single request, which must be a forecast. */
  async predict<Answer = Prediction>(body: unknown): Promise<Answer> {
    const response = await this.post(SINGLE, body);
    assert.equal(response.status, 200, await response.clone().text());
    return await response.json();
  }

  /** The refusal of a body as invalid. */
  async refusal(body: unknown, path: string = SINGLE): Promise<ErrorBody> {
    const error = await errorOf(await this.post(path, body), 422, "ValidationError");
    assert.equal(this.inputs.length, 0, "nothing is computed");
    return error;
  }

  async #assertDocumented(path: string, method: string, response: Response): Promise<void> {
    assert.ok(response.headers.get("x-request-id"), "X-Request-ID");
    const operation = this.#document.paths[path]?.[method.toLowerCase()];
    const type = response.headers.get("content-type") ?? "";
    if (operation === undefined || !type.startsWith("application/json")) return;
    const body: unknown = await response.clone().json();
    const status = String(response.status);
    assert.ok(operation.responses[status], `${method} ${path} states no ${status}`);
    const place = ["paths", path, method.toLowerCase(), "responses", status, "content"];
    this.check.assertFits([...place, "application/json", "schema"], body);
    const isProbe = method === "GET" && response.status === 503;
    if (response.status < 400 || isProbe) return;
    const { type: name } = (body as { readonly error: ErrorBody }).error;
    const examples = operation.responses[status].content?.["application/json"].examples ?? {};
    assert.ok(Object.hasOwn(examples, name), `${path} shows no example of ${name}`);
  }
}

/** The route of one series. */
export const SINGLE = "/v1/predict/single";
/** The route of one series, step by step. */
export const STREAM = "/v1/predict/stream";
/** The route of a backtest. */
export const BACKTEST = "/v1/backtest";
/** The route of several. */
export const BATCH = "/v1/predict/batch";

/** A candle of an answer. */
export interface Candle {
  readonly timestamp: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly amount: number;
}

/** The answer to an event. */
export interface EventAnswer {
  readonly type: string;
  readonly step: number;
  readonly probability?: number;
  readonly expected?: number;
  readonly standard_error: number;
  readonly quantiles?: Readonly<Record<string, number>>;
}

/** The answer for one series. */
export interface Prediction {
  readonly series_id: string | null;
  readonly prediction: readonly Candle[];
  readonly model_version: string;
  readonly tokenizer_version: string;
  readonly quantiles?: Readonly<Record<string, readonly Candle[]>>;
  readonly samples?: readonly (readonly Candle[])[];
  readonly events?: readonly EventAnswer[];
  readonly warnings?: readonly Readonly<Record<string, unknown>>[];
  readonly seed?: number;
}

/** The error of an answer, which must have the one body, this status and this type. */
export async function errorOf(
  response: Response,
  status: number,
  type: string,
): Promise<ErrorBody> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  const body = JSON.parse(text);
  assert.deepEqual(Object.keys(body), ["error"]);
  const error: ErrorBody = body.error;
  const details = status === 500 ? [] : ["details"];
  assert.deepEqual(Object.keys(error), ["type", "message", ...details, "request_id", "timestamp"]);
  assert.equal(error.type, type);
  assert.equal(error.request_id, response.headers.get("x-request-id"));
  assert.match(error.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  return error;
}
