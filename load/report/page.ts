/** A run as one page that needs nothing else: objectives, charts, figures. */
import { escapedXml } from "../../src/chart/escaped_xml.ts";
import type { LoadOptions } from "../script/load_options.ts";
import type { Profile } from "../script/profile.ts";
import { PHASES } from "../script/server_timing.ts";
import { type Chart, chartSvg, type Row } from "./chart.ts";
import { type Cut, knee, phaseCuts, windowCuts } from "./cuts.ts";
import { type RunSummary, TREND_STATISTICS } from "./summary.ts";
import { shownFigure, verdicts } from "./verdicts.ts";

/** Which run it was. */
export interface ReportedRun {
  /** The scenario's name. */
  readonly scenario: string;
  /** What it was told. */
  readonly load: LoadOptions;
  /** What it offered. */
  readonly profile: Profile;
  /** What came of it. */
  readonly summary: RunSummary;
}

const STYLE = `
  :root { color-scheme: light; }
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2433; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #e7e9ee; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
  code { font-size: 13px; } .held { color: #0b7a5a; } .crossed { color: #b42333; font-weight: 600; }
  svg { font: 12px system-ui, sans-serif; max-width: 45rem; display: block; margin: 1.5rem 0; }
  svg text { fill: #667085; } .title text { font-size: 14px; fill: #1d2433; } .grid { stroke: #e7e9ee; }
  .good { fill: #0f9d74; } .refused { fill: #e0a43b; } .bad { fill: #d64550; }
  .first { fill: #9db8ef; stroke: #9db8ef; } .second { fill: #3b6fd4; stroke: #3b6fd4; }
  .third { fill: #1f3f7d; stroke: #1f3f7d; } .fourth { fill: #98a2b3; stroke: #98a2b3; }
  rect { stroke: none; } .line { fill: none; stroke-width: 2; }`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = (cell: string): boolean => /^[\d.]+(?: ms|%)?$/.test(cell);
  const cells = (row: readonly string[]): string =>
    row.map((cell) => `<td${isNumber(cell) ? ' class="number"' : ""}>${cell}</td>`).join("");
  return `<table><thead><tr>${head.map((name) => `<th>${name}</th>`).join("")}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n")}</tbody></table>`;
}

function objectivesTable(summary: RunSummary): string {
  const rows = verdicts(summary).map(({ metric, expression, held, measured }) => [
    `<code>${escapedXml(metric)}</code>`,
    `<code>${escapedXml(expression)}</code>`,
    escapedXml(measured || "no sample"),
    held ? '<span class="held">held</span>' : '<span class="crossed">crossed</span>',
  ]);
  return table(["metric", "objective", "measured", ""], rows);
}

function of(
  cuts: readonly Cut[],
  name: string,
  colour: Row["colour"],
  read: (cut: Cut) => number | null,
): Row {
  return { name, colour, values: cuts.map(read) };
}

function outcomes(cuts: readonly Cut[], labels: readonly string[], title: string): Chart {
  return {
    title,
    unit: "forecasts a second",
    labels,
    bars: [
      of(cuts, "answered", "good", ({ answered }) => answered),
      of(cuts, "refused", "refused", ({ refused }) => refused),
      of(cuts, "failed", "bad", ({ failed }) => failed),
    ],
    lines: [of(cuts, "offered", "fourth", ({ offered }) => offered)],
  };
}

function latencies(cuts: readonly Cut[], labels: readonly string[], title: string): Chart {
  return {
    title,
    unit: "ms",
    labels,
    bars: [],
    lines: [
      of(cuts, "p50", "first", ({ latency }) => latency?.p50 ?? null),
      of(cuts, "p95", "second", ({ latency }) => latency?.p95 ?? null),
      of(cuts, "p99", "third", ({ latency }) => latency?.p99 ?? null),
    ],
  };
}

function serverPhases({ metrics }: RunSummary): Chart {
  const statistics = ["med", "p(95)"];
  const colours = ["fourth", "first", "second", "third"] as const;
  return {
    title: "Where the service says that the time went",
    unit: "ms",
    labels: ["half of the forecasts", "95% of them"],
    bars: PHASES.map((phase, i) => ({
      name: phase,
      colour: colours[i],
      values: statistics.map((name) => metrics[`server_${phase}`]?.values[name] ?? null),
    })),
    lines: [],
  };
}

function rate(value: number): string {
  return value.toFixed(2);
}

function phasesTable(cuts: readonly Cut[]): string {
  const rows = cuts.map(({ name, offered, answered, refused, failed, latency }) => [
    escapedXml(name),
    ...[offered, answered, refused, failed].map(rate),
    ...[latency?.p50, latency?.p95, latency?.p99].map((ms) =>
      ms === undefined ? "" : `${ms.toFixed(0)} ms`
    ),
  ]);
  const head = ["phase", "offered/s", "answered/s", "refused/s", "failed/s", "p50", "p95", "p99"];
  return table(head, rows);
}

/** By name, and statistics in their own order: k6's is another in each run. */
function figuresTable({ metrics }: RunSummary): string {
  const names = Object.keys(metrics).filter((name) => !name.includes("{")).sort();
  const rows = names.map((name) => {
    const statistics = Object.keys(metrics[name].values)
      .sort((a, b) => TREND_STATISTICS.indexOf(a) - TREND_STATISTICS.indexOf(b));
    const figures = statistics.map((one) => `${one} ${shownFigure(one, metrics[name])}`);
    return [`<code>${escapedXml(name)}</code>`, escapedXml(figures.join(", "))];
  });
  return table(["metric", "values"], rows);
}

/** The sentence on the knee, of scenarios whose phases are rates. */
function kneeSentence(cuts: readonly Cut[], latencyMs: number): string {
  if (!cuts.every(({ name }) => name.startsWith("step-"))) return "";
  const found = knee(cuts, latencyMs);
  return `<p>Knee: ${
    found === null ? "below the lowest rate" : `${rate(found.offered)} forecasts a second`
  }, the highest at which 99% were answered, and 95% of those within ${latencyMs} ms.</p>`;
}

/** The text of the file. */
export function reportPage({ scenario, load, profile, summary }: ReportedRun): string {
  const [windows, phases] = [windowCuts(summary, profile), phaseCuts(summary, profile)];
  const times = windows.map(({ name }) => name);
  const rates = phases.map(({ offered }) => rate(offered));
  const title = escapedXml(`Load test: ${scenario}`);
  const all = verdicts(summary);
  const crossed = all.filter(({ held }) => !held).length;
  const byRate = phases.length > 1
    ? [
      chartSvg(outcomes(phases, rates, "What became of forecasts, by rate")),
      chartSvg(latencies(phases, rates, "Latency by rate")),
    ]
    : [];
  return [
    `<!DOCTYPE html>`,
    `<html lang="en"><head><meta charset="utf-8"/><title>${title}</title><style>${STYLE}</style></head>`,
    `<body><h1>${title}</h1>`,
    `<p>${escapedXml(load.baseUrl)}, ${(summary.state.testRunDurationMs / 1000).toFixed(0)} s, ` +
    `${load.candles} candles to ${load.horizon} steps, ${load.paths} paths, seed ${load.seed}: ` +
    `<strong class="${crossed === 0 ? "held" : "crossed"}">${
      crossed === 0 ? "every objective held" : `${crossed} of ${all.length} objectives crossed`
    }</strong></p>`,
    objectivesTable(summary),
    kneeSentence(phases, load.latencyMs),
    chartSvg(outcomes(windows, times, "What became of forecasts, over time")),
    chartSvg(latencies(windows, times, "Latency over time")),
    ...byRate,
    chartSvg(serverPhases(summary)),
    `<p>Forecasts are counted in the part of the run in which they were begun, whenever they ended.</p>`,
    phasesTable(phases),
    figuresTable(summary),
    `</body></html>`,
    "",
  ].join("\n");
}
