/** A model from its folder to its first forecast: what the service forecasts with. */
import type { Config } from "../config.ts";
import { CircuitBreaker } from "../forecast/circuit_breaker.ts";
import { createForecaster, type ScheduledForecaster } from "../forecast/forecaster.ts";
import { guardedForecaster } from "../forecast/guarded_forecaster.ts";
import type { WorkEvents } from "../forecast/lane.ts";
import { DEFAULT_SCHEDULER_SETTINGS, type FailureHandling } from "../forecast/scheduler.ts";
import type { Engine } from "../inference/engine.ts";
import { openEngine } from "../inference/open_engine.ts";
import type { PreparedWorker } from "../inference/prepare_worker.ts";
import type { SupervisionEvents } from "../inference/supervised_replica.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { loadFailure } from "./load_failure.ts";

/** Who hears of a model's failures, and how it is run. */
export interface ModelParts {
  /** Which model, and how to run it. */
  readonly config: Config;
  /** Gets a line for each call that failed, and each worker lost or replaced. */
  readonly log: Log;
  /** Counts them. */
  readonly metrics: Metrics;
  /** Gives a worker for the first replica, or null: one starts when it is needed. */
  readonly takePrepared: () => PreparedWorker | null;
}

/** A model that has forecast. */
export interface OpenModel {
  /** Its facts and its replicas. */
  readonly engine: Engine;
  /** Refuses while the circuit is open. */
  readonly forecaster: ScheduledForecaster;
  /** Whether it is given a rest. */
  readonly circuit: CircuitBreaker;
  /** Rejects what is unfinished and frees everything. */
  close(): Promise<void>;
}

function supervisionEvents({ config, log, metrics }: ModelParts): SupervisionEvents {
  return {
    lost: (fault) => {
      metrics.replicasLost.inc({ cause: fault.kind });
      log.error("a replica is lost and will be replaced", { cause: fault.kind, error: fault });
    },
    worn: (heapBytes) => {
      log.info("a replica has grown past its mark and will be renewed", {
        heap_mb: Math.round(heapBytes / 1e6),
      });
    },
    opened: () => log.info("another replica is open"),
    replaced: () => {
      metrics.workerRestarts.inc();
      log.info("a replica is replaced");
    },
    openFailed: async (error, nextTryMs) => {
      const { cause } = await loadFailure(error, config.modelPath);
      metrics.loadFailures.inc({ cause });
      log.error("cannot open a replica", { next_try_ms: nextTryMs, cause, error });
    },
  };
}

function failureHandling({ config, log, metrics }: ModelParts): FailureHandling {
  return {
    retry: {
      retries: config.retries,
      backoffBaseMs: config.retryBaseMs,
      backoffCapMs: config.retryCapMs,
    },
    onReplicaError: (fault) => {
      metrics.modelFailures.inc();
      log.error("a call to the model failed", { cause: fault.kind, error: fault });
    },
    onRetry: ({ kind }) => metrics.retries.inc({ cause: kind }),
  };
}

function workEvents({ metrics }: ModelParts): WorkEvents {
  return {
    onPrefill: (candles) => metrics.tokens.inc({ direction: "in" }, candles),
    onDecode: (rows, candles) => {
      metrics.batchRows.observe(rows);
      metrics.tokens.inc({ direction: "out" }, candles);
    },
  };
}

function circuitOf({ config, log }: ModelParts): CircuitBreaker {
  return new CircuitBreaker({
    windowMs: config.circuitWindowS * 1000,
    threshold: config.circuitThreshold,
    minRequests: config.circuitMinRequests,
    cooldownMs: config.circuitCooldownS * 1000,
  }, (state) => {
    log.warn("the circuit has changed", { circuit: state });
  });
}

/**
 * Opens a model: its first replica has forecast, the others are being opened and join it.
 *
 * @throws ModelFolderError where its folder is missing, damaged or of another format
 * @throws ReplicaFault where the first replica does not open, or fails in its first forecast
 */
export async function openModel(parts: ModelParts): Promise<OpenModel> {
  const { config } = parts;
  const { modelPath, workers, threads, maxContext, device, precision, fusedProducts } = config;
  const engine = await openEngine({
    modelPath,
    workers,
    threads,
    maxContext,
    device,
    precision,
    fusedProducts,
    supervision: {
      openTimeoutMs: config.startupTimeoutS * 1000,
      maxHeapBytes: config.heapMarkMb * 1e6,
      runTimeoutMs: config.runTimeoutS * 1000,
      backoffBaseMs: config.reloadBaseMs,
      backoffCapMs: config.reloadCapMs,
    },
    events: supervisionEvents(parts),
    takePrepared: parts.takePrepared,
  });
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
      maxPrefilledTokens: Math.ceil(config.cacheMb * 1e6 / engine.info.cacheBytesPerToken),
    },
    failures: failureHandling(parts),
    work: workEvents(parts),
  });
  const close = async (): Promise<void> => {
    await forecaster.close();
    await engine.close();
  };
  const circuit = circuitOf(parts);
  return { engine, circuit, forecaster: guardedForecaster(forecaster, circuit), close };
}
