/** The figures of an evaluation as text. */
import type { Estimate } from "../evaluation/bootstrap_intervals.ts";
import { BANDS, type Contender, SCORED_STEPS } from "../evaluation/score_window.ts";
import type { Group, Summary } from "../evaluation/summarize_scores.ts";

/** How contenders are called where they are shown. */
export const CONTENDER_NAMES: Readonly<Record<Contender, string>> = {
  model: "model",
  last_value: "last value",
  gaussian: "Gaussian walk",
  bootstrap: "bootstrap walk",
  ewma_gaussian: "EWMA walk",
  ewma_bootstrap: "EWMA bootstrap",
};

/** A number with its interval. */
export function withInterval({ value, low, high }: Estimate): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function optional(value: number | null): string {
  return value === null ? "-" : value.toFixed(3);
}

function row(name: string, group: Group): string[] {
  return [
    name,
    String(group.windows),
    withInterval(group.ratio),
    ...group.byStep.map(({ value }) => value.toFixed(3)),
    Math.min(group.walks.ewma_gaussian, group.walks.ewma_bootstrap).toFixed(3),
    ...group.coverage.map(({ value }) => value.toFixed(3)),
    optional(group.direction?.value ?? null),
    group.errorRatio.value.toFixed(3),
    optional(group.volumeRatio),
  ];
}

/** Columns under each other, the first to the left. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
  return rows.map((cells) =>
    cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
  ).join("\n");
}

const LEGEND = `CRPS: of close, as a ratio to the better of Gaussian and bootstrap random walk
(below 1 is better), geometric mean over files and steps, 95% interval; then by step. EWMA: the same
of the better walk with the volatility of late. Bands: share of closes that the middle 50, 80 and 90%
held. Direction: share of windows that went the way of the mean. MAE: of the mean close to that of
the last value. Volume: mean error to that of the seasonal-naive volume.`;

/**
 * A table by market and file.
 *
 * @param title what the figures depend on
 */
export function evaluationTable(title: string, summary: Summary): string {
  const header = [
    "",
    "windows",
    "CRPS",
    ...SCORED_STEPS.map((step) => `at ${step}`),
    "EWMA",
    ...BANDS.map((band) => `${100 * band}%`),
    "direction",
    "MAE",
    "volume",
  ];
  const { overall, markets, files } = summary;
  const rows = [
    row("all", overall),
    ...Object.entries(markets).map(([name, group]) => row(name, group)),
    ...Object.entries(files).map(([name, group]) => row(`  ${name}`, group)),
  ];
  const pit = SCORED_STEPS.map((step, i) => [
    `step ${step}`,
    ...summary.pit[i].map((share) => share.toFixed(3)),
  ]);
  const walks = Object.entries(overall.walks).map(([name, ratio]) =>
    `${CONTENDER_NAMES[name as Contender]} ${ratio.toFixed(3)}`
  );
  return [
    title,
    LEGEND,
    "",
    aligned([header, ...rows]),
    "",
    `CRPS ratio of each: ${walks.join(", ")}`,
    `The model's paths taken for the whole distribution: ${overall.plainRatio.toFixed(3)}`,
    `Inconsistent raw candles: ${(100 * (summary.inconsistent ?? NaN)).toFixed(1)}%`,
    "Where closes lie among the paths, shares in tenths of (0, 1); even is calibrated:",
    aligned(pit),
  ].join("\n");
}
