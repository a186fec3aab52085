/** Which failures are worth another try, and when. */
import { fullJitterGenerator } from "cockatiel";
import type { ReplicaFault } from "../inference/replica_fault.ts";

/** How often and how fast a series is tried again. */
export interface RetrySettings {
  /** Tries of one series after its first. */
  readonly retries: number;
  /** Most of the first pause, in milliseconds; doubled each time. */
  readonly backoffBaseMs: number;
  /** The longest pause, in milliseconds. */
  readonly backoffCapMs: number;
}

/** Where nothing is set. */
export const DEFAULT_RETRY_SETTINGS: RetrySettings = {
  retries: 2,
  backoffBaseMs: 100,
  backoffCapMs: 2000,
};

/**
 * Whether another try may go better. A series that was in a replica which hung in somebody else's call
 * is tried again; the series of that call are not, since a worker that hangs costs a core until it
 * returns, and the next would cost another.
 */
function isTransient({ kind }: ReplicaFault, ownCall: boolean): boolean {
  if (kind === "hung") return !ownCall;
  return kind === "died" || kind === "out_of_memory";
}

/**
 * Milliseconds until a series is tried again, with full jitter: any pause up to an exponential bound,
 * so that what failed together does not come back together. Null where it is not tried again.
 *
 * @param failures of the series so far, at least 1
 * @param ownCall whether the call that failed was for the series
 */
export function retryDelayMs(
  { retries, backoffBaseMs, backoffCapMs }: RetrySettings,
  fault: ReplicaFault,
  failures: number,
  ownCall: boolean,
): number | null {
  if (failures > retries || !isTransient(fault, ownCall)) return null;
  const [delayMs] = fullJitterGenerator(failures - 1, {
    generator: fullJitterGenerator,
    initialDelay: backoffBaseMs,
    maxDelay: backoffCapMs,
    exponent: 2,
  });
  return delayMs;
}
