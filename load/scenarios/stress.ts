/**
 * More than the service can do, for long: twice and four times the usual rate. What is not answered is
 * refused at once with `Retry-After`, probes stay green, and afterwards all is as before.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals, rampingArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { overloadObjectives, thresholds } from "../script/objectives.ts";
import { heldProfile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 120, ratePerSecond: 4 });
const profile = heldProfile(load.ratePerSecond, load.durationS, [
  ["usual", 1, 0.2],
  ["double", 2, 0.2],
  ["fourfold", 4, 0.2],
  ["settling", 0.5, 0.2],
  ["recovered", 0.5, 0.2],
]);

const PROBES_PER_SECOND = 2;
const client = new ServiceClient(load, profile);

/** For k6. */
export const options: Options = {
  scenarios: {
    singles: rampingArrivals(load, profile, "single"),
    probes: constantArrivals(load, PROBES_PER_SECOND, "alive"),
  },
  thresholds: thresholds(
    profile,
    overloadObjectives(load.latencyMs),
    { "forecasts_refused{phase:recovered}": ["rate==0"] },
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
  return reportFiles({ scenario: "stress", load, profile, summary });
}
