/** What became of each objective. */
import type { MetricSummary, RunSummary } from "./summary.ts";

/** One objective, and what was measured. */
export interface Verdict {
  /** `forecast_duration{kind:single}` */
  readonly metric: string;
  /** `p(95)<2000` */
  readonly expression: string;
  /** Whether it held. */
  readonly held: boolean;
  /** What was measured, with its unit; empty where the metric has no sample. */
  readonly measured: string;
}

/**
 * A number as people read it, with its metric's unit.
 *
 * @param statistic of the metric's values; how many there are has no unit
 */
export function shownFigure(statistic: string, { type, contains, values }: MetricSummary): string {
  const value = values[statistic];
  if (type === "rate" && statistic === "rate") return `${(100 * value).toFixed(2)}%`;
  if (contains === "time" && statistic !== "count") {
    return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
  }
  return String(Number(value.toFixed(2)));
}

function measured(expression: string, metric: MetricSummary): string {
  const statistic = /^[a-z]+(?:\([\d.]+\))?/.exec(expression.trim())?.[0] ?? "";
  const isEmpty = metric.type === "trend" && metric.values.count === 0;
  return isEmpty || metric.values[statistic] === undefined ? "" : shownFigure(statistic, metric);
}

/** Every objective of a run, crossed ones first. */
export function verdicts({ metrics }: RunSummary): Verdict[] {
  const all = Object.entries(metrics).flatMap(([metric, summary]) =>
    Object.entries(summary.thresholds ?? {}).map(([expression, { ok }]) => ({
      metric,
      expression,
      held: ok,
      measured: measured(expression, summary),
    }))
  );
  return all.sort((a, b) => Number(a.held) - Number(b.held) || a.metric.localeCompare(b.metric));
}
