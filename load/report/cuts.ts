/** The run over time, and by phase of its profile. */
import { type Profile, profileSeconds, rateAt } from "../script/profile.ts";
import { type CutMetric, cutMetric, WINDOWS } from "../script/time_windows.ts";
import type { RunSummary } from "./summary.ts";

/** Forecasts that were begun in one part of a run. */
export interface Cut {
  /** The phase's name, or the window's begin in seconds. */
  readonly name: string;
  /** Its begin, in seconds. */
  readonly at: number;
  /** Its length. */
  readonly seconds: number;
  /** Forecasts a second that the profile says, in the middle. */
  readonly offered: number;
  /** Forecasts a second that were answered with a forecast. */
  readonly answered: number;
  /** Those refused as the contract says. */
  readonly refused: number;
  /** All others. */
  readonly failed: number;
  /** Milliseconds of those answered; null where none was. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
}

function cut(
  { metrics }: RunSummary,
  tag: "window" | "phase",
  value: string | number,
  part: Pick<Cut, "name" | "at" | "seconds" | "offered">,
): Cut {
  const values = (metric: CutMetric): Readonly<Record<string, number>> =>
    metrics[cutMetric(metric, tag, value)]?.values ?? {};
  const [duration, failures, refusals] = [
    values("forecast_duration"),
    values("forecasts_failed"),
    values("forecasts_refused"),
  ];
  // Of a rate, k6 calls what was counted as true "passes": here what failed, and what was refused.
  const [failed, refused] = [failures.passes ?? 0, refusals.passes ?? 0];
  const answered = failed + (failures.fails ?? 0) - failed - refused;
  return {
    ...part,
    answered: answered / part.seconds,
    refused: refused / part.seconds,
    failed: failed / part.seconds,
    latency: answered > 0
      ? { p50: duration.med, p95: duration["p(95)"], p99: duration["p(99)"] }
      : null,
  };
}

/** The run in windows of equal length. */
export function windowCuts(summary: RunSummary, profile: Profile): Cut[] {
  const seconds = profileSeconds(profile) / WINDOWS;
  return Array.from({ length: WINDOWS }, (_, window) =>
    cut(summary, "window", window, {
      name: `${(window * seconds).toFixed(0)} s`,
      at: window * seconds,
      seconds,
      offered: rateAt(profile, (window + 0.5) / WINDOWS),
    }));
}

/** The run by phase: stages of the same name follow each other and are one. */
export function phaseCuts(summary: RunSummary, profile: Profile): Cut[] {
  const names = [...new Set(profile.map(({ phase }) => phase))];
  let at = 0;
  return names.map((name) => {
    const stages = profile.filter(({ phase }) => phase === name);
    const seconds = profileSeconds(stages);
    const requests = stages.reduce(
      (sum, { from, to, seconds }) => sum + (from + to) / 2 * seconds,
      0,
    );
    const one = cut(summary, "phase", name, { name, at, seconds, offered: requests / seconds });
    at += seconds;
    return one;
  });
}

/** Share of offered forecasts that may stay unanswered below the knee. */
const KNEE_SHARE = 0.01;

/**
 * The knee: the highest rate up to which all but 1% of the forecasts were answered, 95% of them within
 * the latency; null where the lowest is above it.
 */
export function knee(cuts: readonly Cut[], latencyMs: number): Cut | null {
  let last: Cut | null = null;
  for (const one of cuts.toSorted((a, b) => a.offered - b.offered)) {
    const all = one.answered + one.refused + one.failed;
    const served = one.latency !== null && one.latency.p95 < latencyMs &&
      one.refused + one.failed <= KNEE_SHARE * all;
    if (!served) break;
    last = one;
  }
  return last;
}
