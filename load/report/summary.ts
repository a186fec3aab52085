/** What k6 hands to `handleSummary`: https://grafana.com/docs/k6/latest/results-output/end-of-test/ */

/** All samples of a metric, summarised. */
export interface MetricSummary {
  /** `trend`, `rate`, `counter` or `gauge`. */
  readonly type: string;
  /** `time` for milliseconds, `data` for bytes, else `default`. */
  readonly contains: string;
  /** By statistic: `p(95)`, `count`, `rate`, `passes`. */
  readonly values: Readonly<Record<string, number>>;
  /** By expression; absent without any. */
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** A check, and how often it held. */
export interface CheckSummary {
  /** What should be. */
  readonly name: string;
  /** How often it was. */
  readonly passes: number;
  /** How often it was not. */
  readonly fails: number;
}

/** A whole run. */
export interface RunSummary {
  /** By name; a sub-metric's has its tag: `checks{kind:probe}`. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** All checks, since no scenario has groups. */
  readonly root_group: { readonly checks: readonly CheckSummary[] };
  /** How long it took. */
  readonly state: { readonly testRunDurationMs: number };
}

/** Statistics of every trend, for k6's `summaryTrendStats`. */
export const TREND_STATISTICS = ["min", "med", "avg", "p(90)", "p(95)", "p(99)", "max", "count"];
