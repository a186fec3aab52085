/**
 * k6 hands a summary of the whole run to `handleSummary`, and none over time. Each request is
 * therefore tagged with the window and the phase in which it was begun, and k6 summarises each of
 * them where a threshold names it.
 */
import type { Profile } from "./profile.ts";

/** Windows of equal length into which a scenario is cut. */
export const WINDOWS = 24;

/** A metric that is summarised by window and by phase. */
export type CutMetric = "forecast_duration" | "forecasts_failed" | "forecasts_refused";

const CUT_METRICS: readonly CutMetric[] = [
  "forecast_duration",
  "forecasts_failed",
  "forecasts_refused",
];

/**
 * The window of a moment: `0` to `23`.
 *
 * @param progress share of the scenario that is over, [0, 1]
 */
export function windowAt(progress: number): string {
  return String(Math.min(WINDOWS - 1, Math.floor(progress * WINDOWS)));
}

/** The name under which k6 summarises what of a metric has a tag. */
export function cutMetric(
  metric: CutMetric,
  tag: "window" | "phase",
  value: string | number,
): string {
  return `${metric}{${tag}:${value}}`;
}

/** Every such name. */
export function cutMetrics(profile: Profile): string[] {
  const phases = [...new Set(profile.map(({ phase }) => phase))];
  return CUT_METRICS.flatMap((metric) => [
    ...Array.from({ length: WINDOWS }, (_, window) => cutMetric(metric, "window", window)),
    ...phases.map((phase) => cutMetric(metric, "phase", phase)),
  ]);
}
