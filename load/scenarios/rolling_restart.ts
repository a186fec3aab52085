/**
 * A constant rate while instances are restarted, switched or replaced by others: not one forecast may
 * fail or be refused. Who restarts them is not this script's affair (`load/run.ts` does).
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { ALL_ANSWERED, thresholds } from "../script/objectives.ts";
import { constantProfile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 60, ratePerSecond: 3 });
const profile = constantProfile(load.ratePerSecond, load.durationS);
const client = new ServiceClient(load, profile);

/** For k6. */
export const options: Options = {
  scenarios: {
    singles: constantArrivals(load, load.ratePerSecond, "single"),
    // Not as many as forecasts: a balancer that deals in turn would give one server probes alone.
    probes: constantArrivals(load, load.ratePerSecond / 2, "alive"),
  },
  thresholds: thresholds(
    profile,
    ALL_ANSWERED,
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

/** Writes the reports. */
export function handleSummary(summary: RunSummary): Record<string, string> {
  return reportFiles({ scenario: "rolling_restart", load, profile, summary });
}
