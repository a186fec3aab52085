/** Service-level objectives, as k6's thresholds: by metric, and by what a metric is tagged with. */
import type { Profile } from "./profile.ts";
import { cutMetrics } from "./time_windows.ts";

/** Expressions by metric; all of them must hold. */
export type Objectives = Readonly<Record<string, readonly string[]>>;

/** The run says something: forecasts were answered, and none that should be offered was not. */
const SAYS_SOMETHING: Objectives = {
  forecasts_answered: ["count>0"],
  dropped_iterations: ["count==0"],
};

/** Every forecast is answered; nothing is refused, every check holds. */
export const ALL_ANSWERED: Objectives = {
  ...SAYS_SOMETHING,
  "forecasts_failed{exempt:false}": ["rate==0"],
  "forecasts_refused{exempt:false}": ["rate==0"],
  "http_req_failed{kind:probe}": ["rate==0"],
  checks: ["rate==1"],
};

/** What is not answered is refused as the contract says, in no time, and the service stays alive. */
export function overloadObjectives(latencyMs: number): Objectives {
  return {
    ...SAYS_SOMETHING,
    forecasts_failed: ["rate==0"],
    "http_req_failed{kind:probe}": ["rate==0"],
    "http_req_duration{kind:probe}": [`p(95)<${latencyMs}`],
    "http_req_duration{kind:single,status:503}": [`p(95)<${latencyMs}`],
    checks: ["rate==1"],
  };
}

/**
 * Forecasts of a kind are answered soon enough.
 *
 * @param latencyMs for 95% of them; 99% may take twice that
 */
export function latencyObjectives(kind: "single" | "batch", latencyMs: number): Objectives {
  return { [`forecast_duration{kind:${kind}}`]: [`p(95)<${latencyMs}`, `p(99)<${2 * latencyMs}`] };
}

/** Sub-metrics that only the report wants. */
const SHOWN = [
  "forecasts_failed{exempt:true}",
  "forecast_duration{kind:single}",
  "forecast_duration{kind:batch}",
];

/** Objectives together, beside the sub-metrics that the report wants: those have no expression. */
export function thresholds(
  profile: Profile,
  ...objectives: readonly Objectives[]
): Record<string, string[]> {
  const shown = [...SHOWN, ...cutMetrics(profile)].map((name) => [name, []] as const);
  const held = objectives.flatMap((group) => Object.entries(group));
  return Object.fromEntries(
    [...shown, ...held].map(([name, expressions]) => [name, [...expressions]]),
  );
}
