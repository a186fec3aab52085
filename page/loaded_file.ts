/** A file of candles as the page holds it. */
import { type CandleRow, candleRows } from "./candle_rows.ts";
import type { ChartCandle } from "./candle_chart.ts";
import { ChartClock } from "./chart_clock.ts";

/** A file whose rows were found. */
export interface LoadedFile {
  /** As the person knows it. */
  readonly name: string;
  /** The earliest first. */
  readonly rows: readonly CandleRow[];
  /** Those of the rows that can be drawn, ascending. */
  readonly candles: readonly ChartCandle[];
  /** Places further time stamps on the same axis. */
  readonly clock: ChartClock;
  /** The row at a time of the axis. */
  readonly rowAt: ReadonlyMap<number, CandleRow>;
}

/** Characters of a name at most; the service takes few more in an id. */
const MAX_NAME = 200;

const PRICES = ["open", "high", "low", "close"] as const;

function drawable({ cells }: CandleRow, time: number | null): ChartCandle | null {
  const prices = PRICES.map((name) => cells[name]);
  if (time === null || !prices.every((price) => typeof price === "number")) return null;
  const [open, high, low, close] = prices as number[];
  if (high < Math.max(open, close) || low > Math.min(open, close)) return null;
  return { time, open, high, low, close };
}

/**
 * Reads the text of a file.
 *
 * @throws CandleRowsError where it has no candles
 */
export function loadedFile(name: string, text: string): LoadedFile {
  const rows = candleRows(text);
  const clock = new ChartClock();
  const candles: ChartCandle[] = [];
  const rowAt = new Map<number, CandleRow>();
  for (const row of rows) {
    const candle = drawable(row, clock.time(row.timestamp));
    if (candle === null || candle.time <= (candles.at(-1)?.time ?? -Infinity)) continue;
    candles.push(candle);
    rowAt.set(candle.time, row);
  }
  return { name: name.slice(0, MAX_NAME), rows, candles, clock, rowAt };
}
