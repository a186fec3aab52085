/** Scenarios of k6 in an open model: requests begin at their time, however long answers take. */
import type { LoadOptions } from "./load_options.ts";
import { peakRate, perMinute, type Profile, type RateStage, rateStages } from "./profile.ts";

/** What every scenario has. */
export interface Arrivals {
  /** Clients that are there from the begin. */
  readonly preAllocatedVUs: number;
  /** Clients at most. */
  readonly maxVUs: number;
  /** Time for the last answers. */
  readonly gracefulStop: string;
  /** The exported function that is one request. */
  readonly exec: string;
  /** Of rates. */
  readonly timeUnit: "1m";
}

/** A rate that stays. */
export interface ConstantArrivals extends Arrivals {
  /** k6's name of it. */
  readonly executor: "constant-arrival-rate";
  /** Requests a minute. */
  readonly rate: number;
  /** Its length, with its unit. */
  readonly duration: string;
}

/** A rate that follows stages. */
export interface RampingArrivals extends Arrivals {
  /** k6's name of it. */
  readonly executor: "ramping-arrival-rate";
  /** Requests a minute at the begin. */
  readonly startRate: number;
  /** What follows. */
  readonly stages: RateStage[];
}

/** Clients that are there from the begin; k6 drops the iteration for which it must make another. */
const READY_CLIENTS_S = 10;
const LEAST_CLIENTS = 10;

/** Time for the last answers, after the last request. */
const GRACEFUL_STOP = "60s";

function clients(load: LoadOptions, rate: number) {
  const preAllocatedVUs = Math.min(
    load.maxClients,
    LEAST_CLIENTS + Math.ceil(rate * READY_CLIENTS_S),
  );
  return { preAllocatedVUs, maxVUs: load.maxClients, gracefulStop: GRACEFUL_STOP };
}

/**
 * The same rate for the whole of a scenario.
 *
 * @param exec the exported function that is one request
 */
export function constantArrivals(
  load: LoadOptions,
  rate: number,
  exec: string,
): ConstantArrivals {
  return {
    executor: "constant-arrival-rate",
    rate: perMinute(rate),
    timeUnit: "1m",
    duration: `${Math.round(load.durationS * 1000)}ms`,
    ...clients(load, rate),
    exec,
  };
}

/** A rate that follows a profile. */
export function rampingArrivals(
  load: LoadOptions,
  profile: Profile,
  exec: string,
): RampingArrivals {
  return {
    executor: "ramping-arrival-rate",
    startRate: perMinute(profile[0].from),
    timeUnit: "1m",
    stages: rateStages(profile),
    ...clients(load, peakRate(profile)),
    exec,
  };
}
