/** What HTTP knows of the service behind it. */
import type { ScheduledForecaster } from "../forecast/forecaster.ts";
import type { ModelInfo } from "../inference/engine.ts";

/** Whether a forecast would be admitted now, and if not, why. */
export type Readiness = "ok" | "loading" | "draining" | "unhealthy";

/** A loaded model, ready to forecast. */
export interface ReadyModel {
  /** Versions, context and device, as answers name them. */
  readonly info: ModelInfo;
  /** Takes the forecasts of this model. */
  readonly forecaster: ScheduledForecaster;
}

/** The service's state; it changes while requests are served. */
export interface ServiceState {
  /** Read anew for each request; only `ok` admits a forecast. */
  readonly readiness: Readiness;
  /** Null until the model is loaded. */
  readonly model: ReadyModel | null;
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
