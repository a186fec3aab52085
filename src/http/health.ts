/** Probes and the detailed health. */
import type { CircuitStateName } from "../forecast/circuit_breaker.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { isoSeconds } from "./iso_seconds.ts";
import { diskCheck, type Health, memoryCheck } from "./system_facts.ts";

/** Liveness: the process serves. */
export function liveness(c: Context): Response {
  return c.json({ status: "ok" });
}

/** Readiness: a forecast would be admitted now. */
export function readiness(c: Context, { service }: AppParts): Response {
  const { readiness: status, model } = service;
  return c.json({
    status,
    model_loaded: model !== null,
    device: model?.info.device ?? "wasm",
    device_warning: model?.info.deviceWarning ?? null,
  }, status === "ok" ? 200 : 503);
}

function worst(states: readonly Health[]): Health {
  if (states.includes("unhealthy")) return "unhealthy";
  return states.includes("degraded") ? "degraded" : "healthy";
}

/** An open circuit whose rest is over lets the next request through, as a half-open one does. */
export function circuitNow(
  { state, retryAfterMs }: AppParts["service"]["circuit"],
): CircuitStateName {
  return state === "open" && retryAfterMs === null ? "half_open" : state;
}

/** Degraded: forecasts are made, by fewer replicas, or one is being tried; or a model is being loaded. */
function modelStatus({ model, loadFailure, circuit, replicas }: AppParts["service"]): Health {
  if (model === null) return loadFailure === null ? "degraded" : "unhealthy";
  if (circuitNow(circuit) === "open" || replicas.serving === 0) return "unhealthy";
  const whole = circuit.state === "closed" && replicas.serving === replicas.total;
  return whole ? "healthy" : "degraded";
}

function modelCheck({ service }: AppParts) {
  const { model, loadFailure, lastPrediction, predictions, failures, circuit, replicas } = service;
  return {
    status: modelStatus(service),
    loaded: model !== null,
    version: model?.info.modelVersion ?? null,
    device: model?.info.device ?? null,
    circuit: circuitNow(circuit),
    last_prediction: lastPrediction === null ? null : isoSeconds(lastPrediction),
    predictions_total: predictions,
    failures_total: failures,
    load_failure: loadFailure,
    replicas_serving: replicas.serving,
    replicas_total: replicas.total,
  };
}

/** A full queue refuses requests: degraded, since those inside are served. */
function queueStatus(waiting: number, limit: number): Health {
  return waiting >= limit ? "degraded" : "healthy";
}

/** Everything an operator looks at first. */
export async function detailedHealth(c: Context, parts: AppParts): Promise<Response> {
  const { waiting, running, limit } = parts.admission.facts();
  const checks = {
    model: modelCheck(parts),
    memory: await memoryCheck(),
    disk: await diskCheck(),
    queue: { status: queueStatus(waiting, limit), waiting, running, limit },
  };
  const status = worst(Object.values(checks).map((check) => check.status));
  return c.json({
    status,
    timestamp: isoSeconds(new Date()),
    uptime_seconds: Math.round(performance.now() / 1000),
    checks,
  }, status === "unhealthy" ? 503 : 200);
}
