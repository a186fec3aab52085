/**
 * Everything once or a few times: whether the service is there and every kind of request works. Before
 * any other scenario, and after every deployment.
 */
import type { Options } from "k6/options";
import { reportFiles } from "../report/report_files.ts";
import { type RunSummary, TREND_STATISTICS } from "../report/summary.ts";
import { constantArrivals } from "../script/arrivals.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { ALL_ANSWERED, latencyObjectives, thresholds } from "../script/objectives.ts";
import { constantProfile } from "../script/profile.ts";
import { ServiceClient } from "../script/service_client.ts";

const load = readLoadOptions(__ENV, { durationS: 10, ratePerSecond: 2 });
const profile = constantProfile(load.ratePerSecond, load.durationS);

/** Every page that an operator or a developer opens. */
const PAGES = ["/", "/docs", "/openapi.json", "/v1/healthz/detailed", "/v1/metrics", "/v1/readyz"];

const client = new ServiceClient(load, profile);

/** For k6. */
export const options: Options = {
  scenarios: {
    singles: constantArrivals(load, load.ratePerSecond, "single"),
    batches: constantArrivals(load, load.ratePerSecond / 4, "batch"),
    invalid: constantArrivals(load, load.ratePerSecond / 4, "invalid"),
    probes: constantArrivals(load, load.ratePerSecond, "alive"),
    pages: constantArrivals(load, load.ratePerSecond, "page"),
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

/** Asks for two forecasts in one request. */
export function batch(): void {
  client.batch(2);
}

/** Sends what must be refused. */
export function invalid(): void {
  client.invalid();
}

/** Asks for liveness. */
export function alive(): void {
  client.alive();
}

/** Opens the next page. */
export function page(): void {
  client.nextPage(PAGES);
}

/** Writes the reports. */
export function handleSummary(summary: RunSummary): Record<string, string> {
  return reportFiles({ scenario: "smoke", load, profile, summary });
}
