/**
 * A usual day: up to the usual rate, on it, and down. Every forecast is answered, soon enough.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals, rampingArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { ALL_ANSWERED, latencyObjectives, thresholds } from "../script/objectives.ts";
import { type Profile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 60, ratePerSecond: 3 });
const [rate, tenth] = [load.ratePerSecond, load.durationS / 10];
const profile: Profile = [
  { phase: "up", from: rate / 4, to: rate, seconds: tenth },
  { phase: "hold", from: rate, to: rate, seconds: 8 * tenth },
  { phase: "down", from: rate, to: rate / 4, seconds: tenth },
];

/** As often as Kubernetes asks two instances. */
const PROBES_PER_SECOND = 1;
const client = new ServiceClient(load, profile);

/** For k6. */
export const options: Options = {
  scenarios: {
    singles: rampingArrivals(load, profile, "single"),
    probes: constantArrivals(load, PROBES_PER_SECOND, "alive"),
  },
  thresholds: thresholds(
    profile,
    ALL_ANSWERED,
    latencyObjectives("single", load.latencyMs),
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
  return reportFiles({ scenario: "average", load, profile, summary });
}
