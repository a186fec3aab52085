/** Draws candles and a forecast with its bands as SVG, for the command line and the page alike. */
import { FEATURES } from "../kronos/architecture.ts";
import { escapedXml } from "./escaped_xml.ts";

/** Two quantiles of a forecast, `[horizon, 6]` each. */
export interface Band {
  /** The lower one. */
  readonly low: Float64Array;
  /** The upper one. */
  readonly high: Float64Array;
}

/** What to draw. */
export interface ChartData {
  /** Written above the chart; escaped here. */
  readonly title: string;
  /** Time stamps of context and forecast, one for each candle. */
  readonly labels: readonly string[];
  /** The last candles of the input, `[n, 6]`. */
  readonly context: Float64Array;
  /** The forecast's mean, `[horizon, 6]`. */
  readonly forecast: Float64Array;
  /** The widest first, since the others lie upon it. */
  readonly bands: readonly Band[];
  /** Sample paths, `[horizon, 6]` each; none unless given. */
  readonly paths?: readonly Float64Array[];
}

const WIDTH = 960;
const HEIGHT = 480;
const MARGIN = { top: 44, right: 84, bottom: 40, left: 16 };
const GRID_LINES = 6;
const TIME_LABELS = 6;
const [OPEN, HIGH, LOW, CLOSE] = [0, 1, 2, 3];

const STYLE = `
  svg { font: 12px system-ui, sans-serif; background: #fff; }
  .grid { stroke: #e7e9ee; } .axis { fill: #667085; } .title { font-size: 15px; fill: #1d2433; }
  .up { fill: #0f9d74; stroke: #0f9d74; } .down { fill: #d64550; stroke: #d64550; }
  .band { fill: #3b6fd4; fill-opacity: .16; } .mean { fill: none; stroke: #3b6fd4; stroke-width: 2; }
  .path { fill: none; stroke: #3b6fd4; stroke-opacity: .35; }
  .now { stroke: #98a2b3; stroke-dasharray: 4 4; }`;

function column(rows: Float64Array, index: number): number[] {
  return Array.from({ length: rows.length / FEATURES }, (_, row) => rows[row * FEATURES + index]);
}

/** A price with as many digits as its size needs. */
function priceLabel(price: number, span: number): string {
  const digits = Math.max(0, Math.min(10, 2 - Math.floor(Math.log10(span))));
  return price.toFixed(digits);
}

/** One candle: a wick and a body. */
function candle(
  row: Float64Array,
  x: number,
  y: (price: number) => string,
  width: number,
): string {
  const [top, bottom] = [Math.max(row[OPEN], row[CLOSE]), Math.min(row[OPEN], row[CLOSE])];
  const height = Math.max(1, Number(y(bottom)) - Number(y(top))).toFixed(1);
  const left = (x - width / 2).toFixed(1);
  return `<g class="${row[CLOSE] >= row[OPEN] ? "up" : "down"}">` +
    `<line x1="${x}" x2="${x}" y1="${y(row[HIGH])}" y2="${y(row[LOW])}"/>` +
    `<rect x="${left}" y="${y(top)}" width="${width.toFixed(1)}" height="${height}"/></g>`;
}

/** The lowest and the highest price of all that is drawn. */
function priceRange({ context, forecast, bands, paths = [] }: ChartData): [number, number] {
  const closes = [...bands.flatMap(({ low, high }) => [low, high]), ...paths]
    .flatMap((rows) => column(rows, CLOSE));
  const both = [context, forecast];
  const lows = [...both.flatMap((rows) => column(rows, LOW)), ...closes];
  const highs = [...both.flatMap((rows) => column(rows, HIGH)), ...closes];
  return [Math.min(...lows), Math.max(...highs)];
}

/** The chart as the text of an SVG file. */
export function candleSvg(data: ChartData): string {
  const { title, labels, context, forecast, bands, paths = [] } = data;
  const known = context.length / FEATURES;
  const total = known + forecast.length / FEATURES;
  const [least, most] = priceRange(data);
  const span = most - least || most * 0.02;
  const plot = {
    width: WIDTH - MARGIN.left - MARGIN.right,
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  const x = (i: number): string => (MARGIN.left + (i + 0.5) / total * plot.width).toFixed(1);
  const y = (price: number): string =>
    (MARGIN.top + (1 - (price - least) / span) * plot.height).toFixed(1);
  const parts: string[] = [];
  for (let line = 0; line <= GRID_LINES; line++) {
    const price = least + span * line / GRID_LINES;
    parts.push(
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(price)}" y2="${
        y(price)
      }"/>`,
      `<text class="axis" x="${WIDTH - MARGIN.right + 8}" y="${y(price)}" dy="4">${
        priceLabel(price, span)
      }</text>`,
    );
  }
  for (let label = 0; label < TIME_LABELS; label++) {
    const i = Math.round((total - 1) * (label + 0.5) / TIME_LABELS);
    const text = escapedXml(labels[i].replace("T", " ").slice(0, 16));
    parts.push(
      `<text class="axis" x="${x(i)}" y="${HEIGHT - 14}" text-anchor="middle">${text}</text>`,
    );
  }
  const closes = (rows: Float64Array): string[] =>
    column(rows, CLOSE).map((price, step) => `${x(known + step)},${y(price)}`);
  for (const { low, high } of bands) {
    const points = [...closes(high), ...closes(low).reverse()].join(" ");
    parts.push(`<polygon class="band" points="${points}"/>`);
  }
  for (const path of paths) {
    parts.push(`<polyline class="path" points="${closes(path).join(" ")}"/>`);
  }
  const body = Math.max(1, plot.width / total * 0.6);
  for (let i = 0; i < known; i++) {
    parts.push(candle(context.subarray(i * FEATURES), Number(x(i)), y, body));
  }
  parts.push(
    `<line class="now" x1="${x(known - 0.5)}" x2="${x(known - 0.5)}" y1="${MARGIN.top}" y2="${
      HEIGHT - MARGIN.bottom
    }"/>`,
    `<polyline class="mean" points="${closes(forecast).join(" ")}"/>`,
    `<text class="title" x="${MARGIN.left}" y="26">${escapedXml(title)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">` +
    `<style>${STYLE}</style>\n${parts.join("\n")}\n</svg>\n`;
}
