/** A forecaster on a model of random weights, whose failures fail the test. */
import assert from "node:assert/strict";
import { createForecaster, type ScheduledForecaster } from "../../src/forecast/forecaster.ts";
import { DEFAULT_SCHEDULER_SETTINGS } from "../../src/forecast/scheduler.ts";
import { openTinyReplica } from "../engine/tiny_replica.ts";

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openTinyReplica()).close();

/** It, and the end of its work and of its replica. */
export interface TinyForecaster extends AsyncDisposable {
  /** Forecasts on the replica. */
  readonly forecaster: ScheduledForecaster;
}

/** Opens it; closed at the end of its scope. */
export async function openTinyForecaster(): Promise<TinyForecaster> {
  const replica = await openTinyReplica();
  const forecaster = createForecaster({
    engine: { replicas: [replica], serving: 1 },
    clipValue: 5,
    scheduler: DEFAULT_SCHEDULER_SETTINGS,
    failures: { onReplicaError: (fault) => assert.fail(String(fault)) },
  });
  return {
    forecaster,
    async [Symbol.asyncDispose]() {
      await forecaster.close();
      await replica.close();
    },
  };
}
