/** A client of Kronos Edge: typed by its OpenAPI document, for Deno, Node and browsers. */
import createFetchClient, { type Client } from "openapi-fetch";
import type * as api from "./api_types.ts";
import { type ErrorBody, errorOf, KronosError } from "./kronos_error.ts";
import { retryingFetch } from "./retrying_fetch.ts";
import { type ServerEvent, serverEvents } from "./server_events.ts";

export type { components } from "./api_types.ts";
export { type ErrorBody, KronosError } from "./kronos_error.ts";

/** What `predict()` and `stream()` ask. */
export type PredictRequest = api.components["schemas"]["PredictRequest"];
/** One of what `predictBatch()` asks. */
export type BatchItem = api.components["schemas"]["BatchItem"];
/** The answer for one series. */
export type Prediction = api.components["schemas"]["Prediction"];
/** A candle of an answer. */
export type PredictedCandle = api.components["schemas"]["PredictedCandle"];
/** Whether a forecast would be admitted now. */
export type Readiness = api.components["schemas"]["Readiness"];
/** Model, memory, disk and queue. */
export type DetailedHealth = api.components["schemas"]["DetailedHealth"];

/** How a stream begins. */
export type StreamStart = api.components["schemas"]["StreamStart"];
/** One step of a stream. */
export type StreamCandle = api.components["schemas"]["StreamCandle"];
/** How a stream ends. */
export type StreamSummary = api.components["schemas"]["StreamSummary"];

/** What `backtest()` and `streamBacktest()` ask. */
export type BacktestRequest = api.components["schemas"]["BacktestRequest"];
/** How forecasts of one's own candles would have been. */
export type Backtest = api.components["schemas"]["Backtest"];
/** How a streamed backtest begins. */
export type BacktestStart = api.components["schemas"]["BacktestStart"];
/** One of its windows: a forecast, what came, and how well they agree. */
export type BacktestWindow = api.components["schemas"]["BacktestWindow"];
/** What the windows come to. */
export type BacktestSummary = api.components["schemas"]["BacktestSummary"];

/** What a streamed backtest yields, in this order: one `start`, a `window` each, one `summary`. */
export type BacktestEvent =
  | { readonly type: "start"; readonly data: BacktestStart }
  | { readonly type: "window"; readonly data: BacktestWindow }
  | { readonly type: "summary"; readonly data: BacktestSummary };

/** What a stream yields, in this order: one `start`, a `candle` a step, one `summary`. */
export type StreamEvent =
  | { readonly type: "start"; readonly data: StreamStart }
  | { readonly type: "candle"; readonly data: StreamCandle }
  | { readonly type: "summary"; readonly data: StreamSummary };

/** Where the service is, and how to ask it. */
export interface ClientOptions {
  /** `https://host`; empty in a page that the service serves itself. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string;
  /** Further tries of a forecast that was refused (429, 503) or could not be sent; 4 unless given. */
  readonly retries?: number;
  /** Longest wait before one of them, in milliseconds; 30 seconds unless given. */
  readonly maxWaitMs?: number;
  /** What sends; the platform's own unless given. */
  readonly fetch?: typeof fetch;
}

/** Of one call. */
export interface CallOptions {
  /** Ends it: the service stops computing, the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * The service answers within this time or refuses at once, in milliseconds; retries have what is left
   * of it.
   */
  readonly deadlineMs?: number;
}

const RETRIES = 4;
const MAX_WAIT_MS = 30_000;

/** What openapi-fetch makes of an answer. */
interface Answered {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** The signal of a call, absent where it has none. */
function signalOf({ signal }: CallOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** What a forecast carries beside its body. */
function forecastInit(options: CallOptions, headers: Readonly<Record<string, string>> = {}) {
  const { deadlineMs } = options;
  const deadline = deadlineMs === undefined ? {} : { "X-Request-Deadline-Ms": String(deadlineMs) };
  return { headers: { ...headers, ...deadline }, ...signalOf(options) };
}

/** The data of an answer; throws its error. */
function dataOf<Result extends Answered>(
  { data, error, response }: Result,
): NonNullable<Result["data"]> {
  if (!response.ok || data === undefined || data === null) throw errorOf(error, response);
  return data;
}

/** Asks one service. Every method throws `KronosError` for what the service refuses. */
export class KronosClient {
  readonly #client: Client<api.paths>;
  readonly #send: (request: Request) => Promise<Response>;
  readonly #baseUrl: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** Ready to ask; nothing is sent yet. */
  constructor(options: ClientOptions) {
    const { baseUrl, apiKey, retries = RETRIES, maxWaitMs = MAX_WAIT_MS } = options;
    const send = options.fetch ?? ((request) => fetch(request));
    this.#send = retryingFetch({ retries, maxWaitMs }, send);
    this.#baseUrl = baseUrl.replace(/\/$/, "");
    this.#headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
    const client = { baseUrl: this.#baseUrl, headers: this.#headers, fetch: this.#send };
    this.#client = createFetchClient<api.paths>(client);
  }

  /** Forecasts one series. */
  async predict(body: PredictRequest, options: CallOptions = {}): Promise<Prediction> {
    return dataOf(
      await this.#client.POST("/v1/predict/single", { body, ...forecastInit(options) }),
    );
  }

  /** Forecasts several series, all or none; the answers are in the order of the items. */
  async predictBatch(
    items: BatchItem[],
    options: CallOptions = {},
  ): Promise<readonly Prediction[]> {
    const body = { items };
    return dataOf(await this.#client.POST("/v1/predict/batch", { body, ...forecastInit(options) }));
  }

  /**
   * Forecasts one series step by step; leaving the loop before the end stops the computation. A
   * refusal is tried again, a stream that has begun is not.
   *
   * @throws KronosError also in the middle, where the service ends the stream with an error or without
   * a summary
   * @throws TypeError as `fetch` does, where the connection is lost
   */
  async *stream(
    body: PredictRequest,
    options: CallOptions = {},
  ): AsyncGenerator<StreamEvent, void> {
    for await (const event of this.#events("/v1/predict/stream", body, options)) {
      yield event as StreamEvent;
    }
  }

  /** Forecasts the end of a series from before it, and compares. */
  async backtest(body: BacktestRequest, options: CallOptions = {}): Promise<Backtest> {
    const init = forecastInit(options, { Accept: "application/json" });
    return dataOf(await this.#client.POST("/v1/backtest", { body, ...init })) as Backtest;
  }

  /** The same window by window, as `stream()` yields steps. */
  async *streamBacktest(
    body: BacktestRequest,
    options: CallOptions = {},
  ): AsyncGenerator<BacktestEvent, void> {
    for await (const event of this.#events("/v1/backtest", body, options)) {
      yield event as BacktestEvent;
    }
  }

  /** The events of a route until its summary. */
  async *#events(
    path: string,
    body: unknown,
    options: CallOptions,
  ): AsyncGenerator<ServerEvent, void> {
    const init = forecastInit(options, {
      ...this.#headers,
      "Accept": "text/event-stream",
      "Content-Type": "application/json",
    });
    const response = await this.#send(
      new Request(`${this.#baseUrl}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
        ...init,
      }),
    );
    if (!response.ok) throw errorOf(await response.json().catch(() => null), response);
    const requestId = response.headers.get("x-request-id");
    for await (const event of serverEvents(response)) {
      if (event.type === "error") {
        throw new KronosError((event.data as { error: ErrorBody }).error, null, requestId);
      }
      yield event;
      if (event.type === "summary") return;
    }
    throw new KronosError({ message: "The stream ended before its summary" }, null, requestId);
  }

  /** Whether a forecast would be admitted now; a service that is not ready is no error. */
  async readiness(options: CallOptions = {}): Promise<Readiness> {
    const { data, error, response } = await this.#client.GET("/v1/readyz", signalOf(options));
    const state = data ?? error;
    if (state === undefined || !("model_loaded" in state)) throw errorOf(state, response);
    return state;
  }

  /** Model, memory, disk and queue; an unhealthy service is no error. */
  async health(options: CallOptions = {}): Promise<DetailedHealth> {
    const { data, error, response } = await this.#client.GET(
      "/v1/healthz/detailed",
      signalOf(options),
    );
    const state = data ?? error;
    if (state === undefined || !("checks" in state)) throw errorOf(state, response);
    return state;
  }
}
