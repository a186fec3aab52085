/** What the app is made of. */
import type { Config } from "../config.ts";
import type { Admission } from "../forecast/admission.ts";
import type { ErrorPatterns } from "../telemetry/error_patterns.ts";
import type { RequestLedger } from "../telemetry/request_ledger.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReverseLookup } from "./access/container_names.ts";
import type { JsonThread } from "./json_thread.ts";
import type { ServiceState } from "./service_state.ts";

/** Everything that handlers use. */
export interface AppParts {
  /** The settings of the process. */
  readonly config: Config;
  /** Gets a line for each request, and for each failure that is ours. */
  readonly log: Log;
  /** Counted up by the handlers, served by `/v1/metrics`. */
  readonly metrics: Metrics;
  /** The model behind HTTP, and whether it is ready. */
  readonly service: ServiceState;
  /** Lets prediction requests in, or not. */
  readonly admission: Admission;
  /** The books of what became of each prediction request. */
  readonly ledger: RequestLedger;
  /** Counts every error that is answered. */
  readonly errorPatterns: ErrorPatterns;
  /** Parses bodies and writes answers. */
  readonly jsonThread: JsonThread;
  /** Aborts every request that is under way: a drain has reached its end. */
  readonly stopSignal: AbortSignal;
  /** Finds the names of a container's address; the machine's name server unless given. */
  readonly lookup?: ReverseLookup;
}
