/** What HTTP knows of the service behind it. */
import type { CircuitStateName } from "../forecast/circuit_breaker.ts";
import type { ScheduledForecaster } from "../forecast/forecaster.ts";
import type { ModelInfo } from "../inference/engine.ts";

/** Whether a forecast would be admitted now, and if not, why. */
export type Readiness = "ok" | "loading" | "draining" | "circuit_open" | "unhealthy";

/** A loaded model, ready to forecast. */
export interface ReadyModel {
  /** Versions, context and device, as answers name them. */
  readonly info: ModelInfo;
  /** Takes the forecasts of this model. */
  readonly forecaster: ScheduledForecaster;
}

/** The service's state; it changes while requests are served. */
export interface ServiceState {
  /** What probes say; a request that comes in spite of it may wait, or is refused for its own reason. */
  readonly readiness: Readiness;
  /** Null until the model is loaded. */
  readonly model: ReadyModel | null;
  /** Whether the model is given a rest because it failed too often. */
  readonly circuit: {
    /** `half_open`: one request is being tried. */
    readonly state: CircuitStateName;
    /** Milliseconds until a forecast is tried again; null where one would be now. */
    readonly retryAfterMs: number | null;
  };
  /** Replicas of the model, and how many take calls: the others are being opened. */
  readonly replicas: { readonly total: number; readonly serving: number };
  /** Why loading failed; null where it did not. For operators: no path, no secret. */
  readonly loadFailure: string | null;
  /** Predictions answered since the start. */
  readonly predictions: number;
  /** Predictions that failed since the start. */
  readonly failures: number;
  /** When the last prediction was answered. */
  readonly lastPrediction: Date | null;
  /** Counts a prediction request by its outcome. */
  recordPrediction(succeeded: boolean): void;
}
