/** What scenarios measure beside k6's own metrics. */
import { Counter, Gauge, Rate, Trend } from "k6/metrics";
import { parseServerTiming, PHASES } from "./server_timing.ts";

/** What became of a forecast: a forecast, a 429 or 503 with `Retry-After`, or anything else. */
export type Outcome = "answered" | "refused" | "failed";

/** By which sub-metrics are told apart. */
export type Tags = Readonly<Record<string, string>>;

const forecastsAnswered = new Counter("forecasts_answered");
const forecastsRefused = new Rate("forecasts_refused");
const forecastsFailed = new Rate("forecasts_failed");

/** Of forecasts that were answered, in milliseconds. */
const forecastDuration = new Trend("forecast_duration", true);

/** Where the service says that their time went, in milliseconds. */
const serverPhases = [...PHASES, "total"].map((phase) => ({
  phase,
  trend: new Trend(`server_${phase}`, true),
}));

/** Megabytes. */
const memoryGrowthMb = new Gauge("memory_growth_mb");

/** Counts a forecast. */
export function countForecast(outcome: Outcome, tags: Tags): void {
  forecastsFailed.add(outcome === "failed", tags);
  forecastsRefused.add(outcome === "refused", tags);
  if (outcome === "answered") forecastsAnswered.add(1, tags);
}

/**
 * Measures a forecast that was answered.
 *
 * @param durationMs as the client saw it
 * @param serverTiming the header of that name; empty where a proxy took it out
 */
export function measureForecast(durationMs: number, serverTiming: string, tags: Tags): void {
  forecastDuration.add(durationMs, tags);
  const times = parseServerTiming(serverTiming);
  for (const { phase, trend } of serverPhases) {
    if (times[phase] !== undefined) trend.add(times[phase], tags);
  }
}

/** Records how many megabytes the service has more than at first. */
export function recordMemoryGrowth(megabytes: number): void {
  memoryGrowthMb.add(megabytes);
}
