/** Charts as inline SVG: lines over time or rate, and stacked bars. */
import { escapedXml } from "../../src/chart/escaped_xml.ts";

/** A line, or what one colour of the bars is. */
export interface Row {
  /** For the legend. */
  readonly name: string;
  /** A class of the page's style sheet. */
  readonly colour: "good" | "refused" | "bad" | "first" | "second" | "third" | "fourth";
  /** One for each place on the x axis; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** What a chart shows. */
export interface Chart {
  /** Above it. */
  readonly title: string;
  /** Of the y axis. */
  readonly unit: string;
  /** Places on the x axis. */
  readonly labels: readonly string[];
  /** Stacked on each other. */
  readonly bars: readonly Row[];
  /** Drawn over them. */
  readonly lines: readonly Row[];
}

const WIDTH = 720;
const HEIGHT = 280;
const PLOT = { left: 56, right: 708, top: 48, bottom: 244 };
const GRID_LINES = 4;
const MAX_LABELS = 12;

/** Least number of the form 1, 2, 2.5 or 5 times a power of ten that is not below. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

function highest({ labels, bars, lines }: Chart): number {
  const stacks = labels.map((_, i) => bars.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const points = lines.flatMap(({ values }) => values.map((value) => value ?? 0));
  return roundUp(Math.max(...stacks, ...points, 1e-9));
}

function text(x: number, y: number, content: string, anchor = "middle"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${
    escapedXml(content)
  }</text>`;
}

/** Where things are. */
interface Scale {
  x(place: number): number;
  y(value: number): number;
}

function axes(chart: Chart, top: number, { x, y }: Scale): string[] {
  const every = Math.ceil(chart.labels.length / MAX_LABELS);
  const grid = Array.from({ length: GRID_LINES + 1 }, (_, i) => top * i / GRID_LINES);
  return [
    ...grid.flatMap((value) => [
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(value)}" y2="${y(value)}"/>`,
      text(PLOT.left - 6, y(value) + 4, String(Number(value.toPrecision(3))), "end"),
    ]),
    ...chart.labels.flatMap((label, i) =>
      i % every === 0 ? [text(x(i), PLOT.bottom + 18, label)] : []
    ),
  ];
}

function bars({ labels, bars }: Chart, { x, y }: Scale): string[] {
  const width = (PLOT.right - PLOT.left) / labels.length * 0.8;
  return labels.flatMap((_, i) => {
    let below = 0;
    return bars.flatMap(({ colour, values }) => {
      const value = values[i] ?? 0;
      const height = y(below) - y(below + value);
      below += value;
      const left = (x(i) - width / 2).toFixed(1);
      return value === 0 ? [] : [
        `<rect class="${colour}" x="${left}" y="${y(below).toFixed(1)}" width="${
          width.toFixed(1)
        }" height="${height.toFixed(1)}"/>`,
      ];
    });
  });
}

/** A line breaks where it has no value. */
function lines({ lines }: Chart, { x, y }: Scale): string[] {
  return lines.map(({ colour, values }) => {
    let begins = true;
    const path = values.flatMap((value, i) => {
      const command = begins ? "M" : "L";
      begins = value === null;
      return value === null ? [] : [`${command}${x(i).toFixed(1)} ${y(value).toFixed(1)}`];
    });
    return `<path class="line ${colour}" d="${path.join(" ")}"/>`;
  });
}

function legend(rows: readonly Row[]): string[] {
  return rows.map(({ name, colour }, i) => {
    const x = PLOT.left + i * 130;
    return `<rect class="${colour}" x="${x}" y="28" width="10" height="10"/>` +
      text(x + 15, 37, name, "start");
  });
}

/** The chart as an `svg` element; its style is the page's. */
export function chartSvg(chart: Chart): string {
  const top = highest(chart);
  const scale: Scale = {
    x: (place) => PLOT.left + (place + 0.5) / chart.labels.length * (PLOT.right - PLOT.left),
    y: (value) => PLOT.bottom - value / top * (PLOT.bottom - PLOT.top),
  };
  const title = `${chart.title} (${chart.unit})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escapedXml(title)}</title>`,
    `<g class="title">${text(PLOT.left, 18, title, "start")}</g>`,
    ...axes(chart, top, scale),
    ...bars(chart, scale),
    ...lines(chart, scale),
    ...legend([...chart.bars, ...chart.lines]),
    `</svg>`,
  ].join("\n");
}
