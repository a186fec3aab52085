/** The service behind HTTP: loads the model in the background, knows whether it is ready. */
import { ExponentialBackoff, fullJitterGenerator, handleAll, retry } from "cockatiel";
import type { Readiness, ReadyModel, ServiceState } from "../http/service_state.ts";
import { type LoadFailure, loadFailure } from "./load_failure.ts";
import { type ModelParts, type OpenModel, openModel } from "./open_model.ts";

/** The state that HTTP reads; see `ServiceState`. */
export class Service implements ServiceState {
  readonly #parts: ModelParts;
  readonly #stopped = new AbortController();
  #model: OpenModel | null = null;
  #ready: ReadyModel | null = null;
  #loadFailure: LoadFailure | null = null;
  #stopping = false;
  #predictions = 0;
  #failures = 0;
  #lastPrediction: Date | null = null;

  /** Nothing is loaded yet. */
  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  /** See `ServiceState`. */
  get readiness(): Readiness {
    if (this.#stopping) return "draining";
    if (this.#model === null) return this.#loadFailure === null ? "loading" : "unhealthy";
    if (this.#model.engine.serving === 0) return "unhealthy";
    return this.#model.circuit.retryAfterMs === null ? "ok" : "circuit_open";
  }

  /** See `ServiceState`. */
  get model(): ReadyModel | null {
    return this.#ready;
  }

  /** See `ServiceState`. */
  get circuit(): ServiceState["circuit"] {
    const { state = "closed", retryAfterMs = null } = this.#model?.circuit ?? {};
    return { state, retryAfterMs };
  }

  /** See `ServiceState`. */
  get replicas(): ServiceState["replicas"] {
    const { engine } = this.#model ?? {};
    return { total: engine?.replicas.length ?? 0, serving: engine?.serving ?? 0 };
  }

  /** See `ServiceState`. */
  get loadFailure(): string | null {
    return this.#loadFailure?.message ?? null;
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
   * Loads the model; the service is ready once its first replica has forecast. Where that fails, the
   * process goes on, not ready, says why, and tries again with growing pauses until it succeeds or is
   * closed.
   */
  async load(): Promise<void> {
    const { config, log } = this.#parts;
    const late = setTimeout(() => {
      log.error("the model is not loaded in time", { startup_timeout_s: config.startupTimeoutS });
    }, config.startupTimeoutS * 1000);
    const tries = retry(handleAll, {
      maxAttempts: Infinity,
      backoff: new ExponentialBackoff({
        generator: fullJitterGenerator,
        initialDelay: config.reloadBaseMs,
        maxDelay: config.reloadCapMs,
      }),
    });
    tries.onRetry(({ delay, attempt }) => {
      log.warn("the model will be loaded again", { next_try_ms: delay, attempt });
    });
    try {
      await tries.execute(() => this.#tryToLoad(), this.#stopped.signal);
    } catch (error) {
      // Only a stop ends the tries.
      if (!this.#stopped.signal.aborted) throw error;
    } finally {
      clearTimeout(late);
    }
  }

  async #tryToLoad(): Promise<void> {
    const { config, log, metrics } = this.#parts;
    this.#stopped.signal.throwIfAborted();
    const start = performance.now();
    let model: OpenModel;
    try {
      model = await openModel(this.#parts);
    } catch (error) {
      this.#loadFailure = await loadFailure(error, config.modelPath);
      const { cause } = this.#loadFailure;
      metrics.loadFailures.inc({ cause });
      log.error("cannot load the model", { model_path: config.modelPath, cause, error });
      throw error;
    }
    if (this.#stopped.signal.aborted) return await model.close();
    const { info } = model.engine;
    const { modelVersion: model_version, tokenizerVersion: tokenizer_version, device } = info;
    metrics.modelInfo.set({ model_version, tokenizer_version, device }, 1);
    this.#model = model;
    this.#ready = { info, forecaster: model.forecaster };
    this.#loadFailure = null;
    log.info("ready", { ...info, load_ms: Math.round(performance.now() - start) });
  }

  /** Not ready from now on. */
  stopAdmitting(): void {
    this.#stopping = true;
  }

  /**
   * Rejects what is unfinished and frees the model. A run that hangs is waited for until its watchdog
   * gives it up.
   */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#stopped.abort();
    await this.#model?.close();
  }
}
