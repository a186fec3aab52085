/// <reference lib="dom" />
/** Draws the bands and paths of forecasts behind the candles, as a primitive of lightweight- */
import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";
import { BANDS, closeRange, DRAWN_PATHS, type Fan } from "./fan.ts";

/** How much of what is behind a band it hides; bands lie upon each other. */
const BAND_OPACITY = 0.2;
const PATH_OPACITY = 0.4;
const MEAN_WIDTH = 2;

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

/** A point of the pane, in pixels of the style sheet. */
type Point = readonly [x: number, y: number];

class FanPrimitive implements ISeriesPrimitive<Time> {
  #fans: readonly Fan[] = [];
  #colour = "0, 0, 0";
  #chart: SeriesAttachedParameter<Time> | null = null;
  readonly #views: readonly IPrimitivePaneView[] = [{
    zOrder: () => "bottom",
    renderer: () => ({ draw: (target) => this.#draw(target) }),
  }];

  attached(chart: SeriesAttachedParameter<Time>): void {
    this.#chart = chart;
  }

  detached(): void {
    this.#chart = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  /** The prices that the axis must show; called by the chart with what is in view. */
  autoscaleInfo(from: number, to: number): AutoscaleInfo | null {
    const seen = this.#fans.filter((fan) => this.#isSeen(fan, from, to)).map(closeRange)
      .filter((range) => range !== null);
    if (seen.length === 0) return null;
    return {
      priceRange: {
        minValue: Math.min(...seen.map(({ least }) => least)),
        maxValue: Math.max(...seen.map(({ most }) => most)),
      },
    };
  }

  show(fans: readonly Fan[]): void {
    this.#fans = fans;
    this.#chart?.requestUpdate();
  }

  colour(rgb: string): void {
    this.#colour = rgb;
    this.#chart?.requestUpdate();
  }

  #isSeen({ origin, steps }: Fan, from: number, to: number): boolean {
    const scale = this.#chart?.chart.timeScale();
    const last = steps.at(-1)?.time ?? origin.time;
    const first = scale?.timeToIndex(origin.time as Time, true);
    const end = scale?.timeToIndex(last as Time, true);
    return first != null && end != null && first <= to && end >= from;
  }

  #points(times: readonly number[], prices: readonly number[]): Point[] {
    const { chart, series } = this.#chart!;
    return times.flatMap((time, i) => {
      const x = chart.timeScale().timeToCoordinate(time as Time);
      const y = series.priceToCoordinate(prices[i]);
      return x === null || y === null ? [] : [[x, y] as const];
    });
  }

  #draw(target: Target): void {
    if (this.#chart === null) return;
    target.useMediaCoordinateSpace(({ context }) => {
      for (const fan of this.#fans) this.#drawFan(context, fan);
    });
  }

  #drawFan(context: CanvasRenderingContext2D, { origin, steps, paths }: Fan): void {
    const times = [origin.time, ...steps.map(({ time }) => time)];
    const line = (closes: readonly number[]): Point[] =>
      this.#points(times, [origin.close, ...closes]);
    const quantile = (level: string): Point[] =>
      line(steps.flatMap(({ quantiles }) => quantiles[level] ?? []));
    context.fillStyle = `rgb(${this.#colour}, ${BAND_OPACITY})`;
    for (const { low, high } of BANDS) {
      trace(context, [...quantile(high), ...quantile(low).reverse()]);
      context.fill();
    }
    context.strokeStyle = `rgb(${this.#colour}, ${PATH_OPACITY})`;
    context.lineWidth = 1;
    for (const path of paths.slice(0, DRAWN_PATHS)) {
      trace(context, line(path.map(({ close }) => close)));
      context.stroke();
    }
    context.strokeStyle = `rgb(${this.#colour})`;
    context.lineWidth = MEAN_WIDTH;
    trace(context, line(steps.map(({ close }) => close)));
    context.stroke();
  }
}

function trace(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  context.beginPath();
  points.forEach(([x, y], i) => i === 0 ? context.moveTo(x, y) : context.lineTo(x, y));
}

/** A series of lightweight-charts. */
export interface FanSeries {
  /** Draws the primitive with the series. */
  attachPrimitive(primitive: object): void;
}

/** Any number of fans on one series. */
export class FanLayer {
  readonly #primitive = new FanPrimitive();

  /** Draws on the series. */
  constructor(series: FanSeries) {
    series.attachPrimitive(this.#primitive);
  }

  /** Draws these from now on. */
  show(fans: readonly Fan[]): void {
    this.#primitive.show(fans);
  }

  /** Draws in this colour: red, green and blue between commas. */
  colour(rgb: string): void {
    this.#primitive.colour(rgb);
  }
}
