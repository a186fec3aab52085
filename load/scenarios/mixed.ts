/**
 * Everything at once, as clients do it: single forecasts, batches, probes, and requests that are wrong.
 * Each kind has its own objective.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { ALL_ANSWERED, latencyObjectives, thresholds } from "../script/objectives.ts";
import { constantProfile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 60, ratePerSecond: 2 });
const profile = constantProfile(load.ratePerSecond, load.durationS);

/** Series of a batch. */
const BATCH = 4;
const client = new ServiceClient(load, profile);

/** For k6. */
export const options: Options = {
  scenarios: {
    singles: constantArrivals(load, load.ratePerSecond, "single"),
    batches: constantArrivals(load, load.ratePerSecond / 8, "batch"),
    invalid: constantArrivals(load, load.ratePerSecond / 2, "invalid"),
    probes: constantArrivals(load, 2 * load.ratePerSecond, "alive"),
  },
  thresholds: thresholds(
    profile,
    ALL_ANSWERED,
    latencyObjectives("single", load.latencyMs),
    latencyObjectives("batch", BATCH * load.latencyMs),
  ),
  summaryTrendStats: TREND_STATISTICS,
};

/** Asks for a forecast. */
export function single(): void {
  client.single();
}

/** Asks for several forecasts in one request. */
export function batch(): void {
  client.batch(BATCH);
}

/** Sends what must be refused. */
export function invalid(): void {
  client.invalid();
}

/** Asks for liveness. */
export function alive(): void {
  client.alive();
}

/** Writes the reports. */
export function handleSummary(summary: RunSummary): Record<string, string> {
  return reportFiles({ scenario: "mixed", load, profile, summary });
}
