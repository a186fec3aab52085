/** Summaries as k6 writes them, for the tests of the reports. */
import { cutMetric } from "../script/time_windows.ts";
import type { MetricSummary, RunSummary } from "./summary.ts";

/** What became of the forecasts of one phase. */
export interface PhaseCounts {
  /** The phase's name. */
  readonly phase: string;
  /** Forecasts that were answered. */
  readonly answered: number;
  /** Forecasts that were refused. */
  readonly refused: number;
  /** All others. */
  readonly failed: number;
  /** 95% of those answered, in milliseconds; half of them took half as long. */
  readonly p95: number;
}

/** A rate that was true so often. */
function rate(passes: number, all: number): MetricSummary {
  const values = { passes, fails: all - passes, rate: all === 0 ? 0 : passes / all };
  return { type: "rate", contains: "default", values };
}

/** A run of these phases, with these metrics beside. */
export function runSummaryExample(
  phases: readonly PhaseCounts[],
  metrics: Readonly<Record<string, MetricSummary>> = {},
): RunSummary {
  const cuts = phases.flatMap(({ phase, answered, refused, failed, p95 }) => {
    const all = answered + refused + failed;
    const values = { count: answered, med: p95 / 2, "p(95)": p95, "p(99)": p95 };
    return [
      [cutMetric("forecast_duration", "phase", phase), { type: "trend", contains: "time", values }],
      [cutMetric("forecasts_failed", "phase", phase), rate(failed, all)],
      [cutMetric("forecasts_refused", "phase", phase), rate(refused, all)],
    ];
  });
  return {
    metrics: { ...Object.fromEntries(cuts), ...metrics },
    root_group: { checks: [{ name: 'a "page" is < answered', passes: 3, fails: 1 }] },
    state: { testRunDurationMs: 12_000 },
  };
}
