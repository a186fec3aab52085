/** The chart as an SVG file, drawn by what draws those of the command line. */
import type { PredictedCandle } from "../clients/typescript/src/kronos_client.ts";
import { candleSvg } from "../src/chart/candle_svg.ts";
import type { CandleRow } from "./candle_rows.ts";
import { BANDS, DRAWN_PATHS, type Fan } from "./fan.ts";

/** Candles before the forecast that the file shows. */
const SHOWN_CANDLES = 120;

type Prices = Pick<PredictedCandle, "open" | "high" | "low" | "close">;

/** A candle that says nothing but its close. */
function flat(close: number): Prices {
  return { open: close, high: close, low: close, close };
}

/** `[candles, 6]`; volume and amount are not drawn. */
function matrix(candles: readonly Prices[]): Float64Array {
  return Float64Array.from(
    candles.flatMap(({ open, high, low, close }) => [open, high, low, close, 0, 0]),
  );
}

/** Draws the last rows and the forecast. */
export function fanSvg(title: string, rows: readonly CandleRow[], fan: Fan): string {
  const shown = rows.slice(-SHOWN_CANDLES);
  const means = fan.steps.flatMap(({ candle }) => candle ?? []);
  const quantile = (level: string): Float64Array =>
    matrix(fan.steps.map(({ quantiles: { [level]: close } }) => flat(close)));
  return candleSvg({
    title,
    labels: [...shown, ...means].map(({ timestamp }) => timestamp),
    context: matrix(shown.map(({ cells }) => cells as unknown as Prices)),
    forecast: matrix(means),
    bands: BANDS.map(({ low, high }) => ({ low: quantile(low), high: quantile(high) })),
    paths: fan.paths.slice(0, DRAWN_PATHS).map(matrix),
  });
}
