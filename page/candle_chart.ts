/// <reference lib="dom" />
/** The chart: candles, forecasts, and the numbers under the cursor. */
import {
  CandlestickSeries,
  type CandlestickSeriesPartialOptions,
  createChart,
  type IChartApi,
  type IRange,
  type ISeriesApi,
  type UTCTimestamp,
} from "lightweight-charts";
import { onPaletteChange, palette } from "./palette.ts";
import type { Fan } from "./fan.ts";
import { FanLayer } from "./fan_layer.ts";

/** A candle at its place. */
export interface ChartCandle {
  /** Seconds of the axis. */
  readonly time: number;
  /** Price at the begin. */
  readonly open: number;
  /** The highest price. */
  readonly high: number;
  /** The lowest price. */
  readonly low: number;
  /** Price at the end. */
  readonly close: number;
}

/** Candles before a forecast that are in view, at least, and for each of its steps. */
const SEEN_CANDLES = 60;
const SEEN_PER_STEP = 2;

/** Digits of a price, such that its size shows: 5 in all, at most 8 after the point. */
function decimalsOf(price: number): number {
  return Math.max(2, Math.min(8, 4 - Math.floor(Math.log10(Math.abs(price) || 1))));
}

/** One chart in its element. */
export class CandleChart {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #predicted: ISeriesApi<"Candlestick">;
  readonly #fans: FanLayer;
  #shown: readonly ChartCandle[] = [];
  #times: number[] = [];
  #cursor: number | null = null;
  #waiting: IRange<number> | null = null;
  #moved: (time: number | null) => void = () => {};

  /** Draws into the element, and follows its size and the colours of the page. */
  constructor(container: HTMLElement) {
    this.#chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: false }, // it needs inline styles; the page names the makers itself
      timeScale: { timeVisible: true, secondsVisible: false, shiftVisibleRangeOnNewBar: false },
    });
    const quiet = { lastValueVisible: false, priceLineVisible: false } as const;
    this.#candles = this.#chart.addSeries(CandlestickSeries, quiet);
    this.#predicted = this.#chart.addSeries(CandlestickSeries, quiet);
    this.#fans = new FanLayer(this.#candles);
    this.#paint();
    onPaletteChange(() => this.#paint());
    this.#chart.subscribeCrosshairMove(({ time }) => {
      this.#cursor = time === undefined ? null : this.#times.indexOf(time as number);
      this.#moved((time as number | undefined) ?? null);
    });
    this.#chart.timeScale().subscribeSizeChange(() => {
      if (this.#waiting !== null) this.#see(this.#waiting);
    });
    container.addEventListener("keydown", (event) => this.#onKey(event));
    container.addEventListener("blur", () => this.#chart.clearCrosshairPosition());
  }

  #paint(): void {
    const { card, soft, grid, line, up, down, fan } = palette();
    this.#chart.applyOptions({
      layout: { background: { color: card }, textColor: soft },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
    });
    const candles: CandlestickSeriesPartialOptions = {
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
      borderVisible: false,
    };
    this.#candles.applyOptions(candles);
    // Hollow: what has not happened.
    this.#predicted.applyOptions({
      upColor: card,
      downColor: card,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
    this.#fans.colour(fan);
  }

  /** Arrow keys move the cursor as a mouse would; Home and End lead to the ends. */
  #onKey(event: KeyboardEvent): void {
    const last = this.#times.length - 1;
    const at = this.#cursor ?? last + 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined || last < 0) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(last, target));
    const time = this.#times[index] as UTCTimestamp;
    const known = index < this.#shown.length;
    const series = known ? this.#candles : this.#predicted;
    const bar = series.data().find((candle) => candle.time === time);
    this.#chart.setCrosshairPosition(
      bar !== undefined && "close" in bar ? bar.close : 0,
      time,
      series,
    );
    this.#cursor = index;
    this.#moved(time);
  }

  /** Calls with the time under the cursor, seconds of the axis; null where there is none. */
  onCursor(moved: (time: number | null) => void): void {
    this.#moved = moved;
  }

  /** Shows these candles, ascending, and no forecast. */
  showCandles(candles: readonly ChartCandle[]): void {
    this.#shown = candles;
    const last = candles.at(-1);
    if (last !== undefined) {
      const precision = decimalsOf(last.close);
      const priceFormat = { type: "price", precision, minMove: 10 ** -precision } as const;
      this.#candles.applyOptions({ priceFormat });
      this.#predicted.applyOptions({ priceFormat });
    }
    this.#candles.setData(candles.map((each) => ({ ...each, time: each.time as UTCTimestamp })));
    this.showFans([]);
    this.#look(0);
  }

  /** Shows these forecasts, the one whose steps lie behind the candles as candles too. */
  showFans(fans: readonly Fan[]): void {
    const end = this.#shown.at(-1)?.time ?? -Infinity;
    const ahead = fans.flatMap(({ steps }) => steps).filter(({ time }) => time > end);
    this.#predicted.setData(ahead.flatMap(({ time, candle }) => {
      if (candle === null) return [];
      const { open, high, low, close } = candle;
      return [{ time: time as UTCTimestamp, open, high, low, close }];
    }));
    this.#times = [...this.#shown, ...ahead].map(({ time }) => time);
    this.#fans.show(fans);
  }

  /** Brings the last candles into view, with room for as many steps after them. */
  lookAhead(steps: number): void {
    this.#look(steps);
  }

  /** Brings as many of the last candles into view. */
  lookBack(candles: number): void {
    const count = this.#shown.length;
    this.#see({ from: count - candles, to: count + 1 });
  }

  #look(steps: number): void {
    const count = this.#shown.length;
    const seen = Math.max(SEEN_CANDLES, SEEN_PER_STEP * steps);
    this.#see({ from: count - seen, to: count + steps + 2 });
  }

  /** A chart that is hidden has no scale: what it is to show waits until it has one. */
  #see(range: IRange<number>): void {
    const scale = this.#chart.timeScale();
    this.#waiting = scale.width() > 0 ? null : range;
    scale.setVisibleLogicalRange(range);
  }

  /** The chart as it is, as a picture. */
  picture(): HTMLCanvasElement {
    return this.#chart.takeScreenshot();
  }
}
