/**
 * The usual rate for long: nothing is refused, latency stays, and memory does not grow once the service
 * is warm.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { ALL_ANSWERED, latencyObjectives, thresholds } from "../script/objectives.ts";
import { type Profile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 1800, ratePerSecond: 2 });
const [rate, tenth] = [load.ratePerSecond, load.durationS / 10];
const profile: Profile = [
  { phase: "warm-up", from: rate, to: rate, seconds: tenth },
  { phase: "hold", from: rate, to: rate, seconds: 9 * tenth },
];

/** Questions about memory, from one client, which compares. */
const MEMORY_PER_SECOND = 0.5;

/** Megabytes that the service may have more at the end than when it was warm. */
const MAX_GROWTH_MB = 64;
const client = new ServiceClient(load, profile);

/** For k6. */
export const options: Options = {
  scenarios: {
    singles: constantArrivals(load, rate, "single"),
    probes: constantArrivals(load, MEMORY_PER_SECOND, "alive"),
    memory: {
      ...constantArrivals(load, MEMORY_PER_SECOND, "memory"),
      preAllocatedVUs: 1,
      maxVUs: 1,
    },
  },
  thresholds: thresholds(
    profile,
    ALL_ANSWERED,
    latencyObjectives("single", load.latencyMs),
    { memory_growth_mb: [`value<${MAX_GROWTH_MB}`] },
  ),
  summaryTrendStats: TREND_STATISTICS,
};

/** Asks for a forecast. */
export function single(): void {
  client.single();
}

/** Asks for liveness. */
export function alive(): void {
  client.alive();
}

/** Asks for the memory. */
export function memory(): void {
  client.memory("hold");
}

/** Writes the reports. */
export function handleSummary(summary: RunSummary): Record<string, string> {
  return reportFiles({ scenario: "soak", load, profile, summary });
}
