/** The service behind HTTP: loads the model in the background, knows whether it is ready. */
import type { Config } from "../config.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import { createForecaster } from "../forecast/forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../forecast/scheduler.ts";
import type { Readiness, ReadyModel, ServiceState } from "../http/service_state.ts";
import type { Engine } from "../inference/engine.ts";
import { openEngine } from "../inference/open_engine.ts";
import { FEATURES, TIME_FEATURES } from "../kronos/architecture.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** Candles and steps of the warm-up: enough to run every graph once, twice through the decoder. */
const WARM_UP = { candles: 40, horizon: 20 };

/** A short forecast of a gentle wave. */
function warmUpRequest(): SeriesRequest {
  const { candles, horizon } = WARM_UP;
  const wave = (i: number): number => 100 + Math.sin(Math.floor(i / FEATURES) / 3);
  return {
    candles: Float64Array.from({ length: candles * FEATURES }, (_, i) => wave(i)),
    stamps: new Int32Array((candles + horizon) * TIME_FEATURES).fill(1),
    horizon,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    paths: 1,
    seed: 0,
    quantiles: [],
    includeSamples: false,
    raw: false,
    policy: "rolling",
  };
}

/** What a service is made of. */
export interface ServiceParts {
  /** Which model to load, and how to run it. */
  readonly config: Config;
  /** Hears when loading begins, ends or fails. */
  readonly log: Log;
  /** Gets the facts of the model, and its failures. */
  readonly metrics: Metrics;
}

/** The state that HTTP reads; see `ServiceState`. */
export class Service implements ServiceState {
  readonly #parts: ServiceParts;
  #model: ReadyModel | null = null;
  #engine: Engine | null = null;
  #loadFailure: string | null = null;
  #stopping = false;
  #predictions = 0;
  #failures = 0;
  #lastPrediction: Date | null = null;

  /** Nothing is loaded yet. */
  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** See `ServiceState`. */
  get readiness(): Readiness {
    if (this.#stopping) return "draining";
    if (this.#model !== null) return "ok";
    return this.#loadFailure === null ? "loading" : "unhealthy";
  }

  /** See `ServiceState`. */
  get model(): ReadyModel | null {
    return this.#model;
  }

  /** See `ServiceState`. */
  get loadFailure(): string | null {
    return this.#loadFailure;
  }

  /** See `ServiceState`. */
  get predictions(): number {
    return this.#predictions;
  }

  /** See `ServiceState`. */
  get failures(): number {
    return this.#failures;
  }

  /** See `ServiceState`. */
  get lastPrediction(): Date | null {
    return this.#lastPrediction;
  }

  /** See `ServiceState`. */
  recordPrediction(succeeded: boolean): void {
    if (!succeeded) {
      this.#failures++;
      return;
    }
    this.#predictions++;
    this.#lastPrediction = new Date();
  }

  /**
   * Loads the model and runs a warm-up; only then the service is ready. Where that fails, the process
   * goes on, not ready, and says why.
   */
  async load(): Promise<void> {
    const { config, log } = this.#parts;
    const start = performance.now();
    const late = setTimeout(() => {
      log.error("the model is not loaded in time", { startup_timeout_s: config.startupTimeoutS });
    }, config.startupTimeoutS * 1000);
    try {
      await this.#open();
      const { info } = this.#model!;
      log.info("ready", { ...info, load_ms: Math.round(performance.now() - start) });
    } catch (error) {
      this.#loadFailure = "the model cannot be loaded; the log says why";
      log.error("cannot load the model", { model_path: config.modelPath, error });
    } finally {
      clearTimeout(late);
    }
  }

  async #open(): Promise<void> {
    const { config, metrics, log } = this.#parts;
    const { modelPath, workers, threads, maxContext } = config;
    const engine = await openEngine({ modelPath, workers, threads, maxContext });
    this.#engine = engine;
    const forecaster = createForecaster({
      engine,
      clipValue: config.clipValue,
      anchor: config.anchor ?? engine.info.anchor,
      calibration: config.calibration ? engine.info.calibration : null,
      scheduler: {
        ...DEFAULT_SCHEDULER_SETTINGS,
        chunkSteps: config.chunkSteps,
        maxRows: config.maxBatchRows,
        maxPrefilledSeries: config.maxPrefilledSeries,
      },
      onReplicaError: (error) => {
        metrics.modelFailures.inc();
        log.error("a call to the model failed", { error });
      },
    });
    // Every replica compiles and grows on its first run: one request each, before the first client's.
    const requests = engine.replicas.map(() => warmUpRequest());
    const { signal } = new AbortController();
    await Promise.all(requests.map((request) => forecaster.forecast([request], signal)));
    const { modelVersion, tokenizerVersion, device } = engine.info;
    metrics.modelInfo.set(
      { model_version: modelVersion, tokenizer_version: tokenizerVersion, device },
      1,
    );
    this.#model = { info: engine.info, forecaster };
  }

  /** Not ready from now on. */
  stopAdmitting(): void {
    this.#stopping = true;
  }

  /** Rejects what is unfinished and frees the model. */
  async close(): Promise<void> {
    this.#stopping = true;
    await this.#model?.forecaster.close();
    await this.#engine?.close();
  }
}
