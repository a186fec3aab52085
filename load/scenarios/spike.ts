/**
 * Ten times the usual rate from one second to the next, and back. The spike may be refused; what came
 * before it and what comes when its queue is done is answered.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals, rampingArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { overloadObjectives, thresholds } from "../script/objectives.ts";
import { heldProfile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 60, ratePerSecond: 2 });
const profile = heldProfile(load.ratePerSecond, load.durationS, [
  ["before", 1, 0.2],
  ["spike", 10, 0.2],
  ["settling", 1, 0.3],
  ["after", 1, 0.3],
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
    {
      "forecasts_refused{phase:before}": ["rate==0"],
      "forecasts_refused{phase:after}": ["rate==0"],
    },
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
  return reportFiles({ scenario: "spike", load, profile, summary });
}
