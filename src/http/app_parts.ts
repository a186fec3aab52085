/** What the app is made of. */
import type { Config } from "../config.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ServiceState } from "./service_state.ts";

/** Everything that handlers use. */
export interface AppParts {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly service: ServiceState;
}
