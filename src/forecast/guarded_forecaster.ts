import type { CircuitBreaker } from "./circuit_breaker.ts";
import type { ScheduledForecaster } from "./forecaster.ts";

/** A forecaster behind a circuit breaker: it rejects with `CircuitOpenError` while that is open. */
export function guardedForecaster(
  forecaster: ScheduledForecaster,
  circuit: CircuitBreaker,
): ScheduledForecaster {
  return {
    forecast: (...request) => circuit.run(() => forecaster.forecast(...request)),
    queue: () => forecaster.queue(),
    close: () => forecaster.close(),
  };
}
