/** The figures of an evaluation as an SVG: ratios by step, coverage, and where closes lie. */
import type { Estimate } from "../evaluation/bootstrap_intervals.ts";
import { BANDS, SCORED_STEPS } from "../evaluation/score_window.ts";
import { PIT_BARS, type Summary } from "../evaluation/summarize_scores.ts";
import { escapedXml } from "../chart/escaped_xml.ts";

const WIDTH = 960;
const HEIGHT = 420;
const TOP = 64;
const BOTTOM = 372;
const PANEL = { width: 250, lefts: [60, 380, 690] };

const STYLE = `
  svg { font: 12px system-ui, sans-serif; background: #fff; }
  .grid { stroke: #e7e9ee; } .axis { fill: #667085; } .title { font-size: 15px; fill: #1d2433; }
  .even { stroke: #98a2b3; stroke-dasharray: 4 4; } .interval { stroke: #3b6fd4; stroke-width: 2; }
  .value { fill: #3b6fd4; } .walk { fill: none; stroke: #d64550; stroke-width: 2; }
  .bar { fill: #3b6fd4; fill-opacity: .5; }`;

/** One of the three parts of the figure. */
interface Panel {
  readonly left: number;
  readonly low: number;
  readonly high: number;
}

function y({ low, high }: Panel, value: number): string {
  return (BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)).toFixed(1);
}

function label(x: number | string, at: number | string, text: string, anchor = "middle"): string {
  return `<text class="axis" x="${x}" y="${at}" text-anchor="${anchor}">${escapedXml(text)}</text>`;
}

/** Title, five lines with their values, and one dashed line. */
function frame(panel: Panel, title: string, even: number | null): string[] {
  const { left, low, high } = panel;
  const line = (value: number, name: string): string =>
    `<line class="${name}" x1="${left}" x2="${left + PANEL.width}" y1="${y(panel, value)}" ` +
    `y2="${y(panel, value)}"/>`;
  const values = Array.from({ length: 5 }, (_, i) => low + (high - low) * i / 4);
  return [
    label(left, TOP - 12, title, "start"),
    ...values.flatMap((value) => [
      line(value, "grid"),
      label(left - 6, Number(y(panel, value)) + 4, value.toFixed(2), "end"),
    ]),
    ...(even === null ? [] : [line(even, "even")]),
  ];
}

function estimate(panel: Panel, x: number, { value, low, high }: Estimate): string {
  return `<line class="interval" x1="${x}" x2="${x}" y1="${y(panel, low)}" y2="${
    y(panel, high)
  }"/>` +
    `<circle class="value" cx="${x}" cy="${y(panel, value)}" r="4"/>`;
}

function ratios({ overall }: Summary, left: number): string[] {
  const values = overall.byStep.flatMap(({ low, high }) => [low, high]);
  const reach = Math.max(0.1, ...values.map((value) => Math.abs(value - 1)));
  const panel = { left, low: 1 - reach, high: 1 + reach };
  const x = (i: number): number => left + (i + 0.5) / SCORED_STEPS.length * PANEL.width;
  return [
    ...frame(panel, "CRPS to that of the random walk, by step", 1),
    ...overall.byStep.map((one, i) => estimate(panel, x(i), one)),
    ...SCORED_STEPS.map((step, i) => label(x(i), BOTTOM + 18, String(step))),
  ];
}

function coverage({ overall }: Summary, left: number): string[] {
  const panel = { left, low: 0, high: 1 };
  const x = (band: number): number => left + band * PANEL.width;
  return [
    ...frame(panel, "Share of closes in the band, by band", null),
    `<line class="even" x1="${x(0)}" y1="${y(panel, 0)}" x2="${x(1)}" y2="${y(panel, 1)}"/>`,
    ...overall.coverage.map((one, i) => estimate(panel, x(BANDS[i]), one)),
    ...BANDS.map((band) => label(x(band), BOTTOM + 18, `${100 * band}%`)),
  ];
}

function histogram({ pit }: Summary, left: number): string[] {
  const shares = pit[0].map((_, bar) => pit.reduce((sum, step) => sum + step[bar], 0) / pit.length);
  const panel = { left, low: 0, high: Math.max(0.2, ...shares) };
  const width = PANEL.width / PIT_BARS;
  return [
    ...frame(panel, "Where closes lie among the paths", 1 / PIT_BARS),
    ...shares.map((share, bar) => {
      const top = y(panel, share);
      const height = (BOTTOM - Number(top)).toFixed(1);
      const x = left + bar * width + 1;
      return `<rect class="bar" x="${x}" y="${top}" width="${width - 2}" height="${height}"/>`;
    }),
    ...[0, 0.5, 1].map((at) => label(left + at * PANEL.width, BOTTOM + 18, String(at))),
  ];
}

/**
 * Three panels: the ratio to the random walk at each step, the coverage of the bands, and the histogram
 * of where closes lie among the paths; 95% intervals.
 */
export function evaluationSvg(title: string, summary: Summary): string {
  const [first, second, third] = PANEL.lefts;
  const parts = [
    `<text class="title" x="16" y="26">${escapedXml(title)}</text>`,
    ...ratios(summary, first),
    ...coverage(summary, second),
    ...histogram(summary, third),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">` +
    `<style>${STYLE}</style>\n${parts.join("\n")}\n</svg>\n`;
}
