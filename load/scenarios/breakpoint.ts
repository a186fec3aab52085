/**
 * Where the service stops keeping up: eight rates in steps, up to the one given. The report has latency
 * and outcome by rate, and the knee. Past it forecasts are refused, never failed.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals, rampingArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { overloadObjectives, thresholds } from "../script/objectives.ts";
import { steppedProfile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 120, ratePerSecond: 16 });

/** Rates that are tried; each is held for as many windows of the report. */
const STEPS = 8;

const rates = Array.from({ length: STEPS }, (_, i) => load.ratePerSecond * (i + 1) / STEPS);
const profile = steppedProfile(rates, load.durationS);

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
  return reportFiles({ scenario: "breakpoint", load, profile, summary });
}
