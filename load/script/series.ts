/** Series as markets make them, the same for the same seed. */
import { uniform } from "../../tests/integration/candles.ts";

/** One candle as the service reads it. */
export interface SentCandle {
  /** Price at the begin. */
  readonly open: number;
  /** Highest price. */
  readonly high: number;
  /** Lowest price. */
  readonly low: number;
  /** Price at the end. */
  readonly close: number;
  /** What was traded. */
  readonly volume: number;
}

/** A request for one series, without its seed. */
export interface SentSeries {
  /** Names it in the answer. */
  readonly series_id: string;
  /** What is known. */
  readonly candles: readonly SentCandle[];
  /** One for each, hourly, without a zone. */
  readonly timestamps: readonly string[];
  /** Those to forecast. */
  readonly prediction_timestamps: readonly string[];
  /** How to sample. */
  readonly overrides: { readonly sample_count: number };
}

/** How long a series is, and what is asked of it. */
export interface SeriesShape {
  /** Candles that are known. */
  readonly candles: number;
  /** Steps to forecast. */
  readonly horizon: number;
  /** Sample paths. */
  readonly paths: number;
}

const HOUR_MS = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const START_PRICE = 100;
const USUAL_VOLUME = 1000;

/**
 * GARCH(1,1) (Bollerslev 1986): the variance of an hour's return is `USUAL_VARIANCE` in the long run,
 * and follows the last return and its own past, so that calm and stormy hours come together.
 */
const USUAL_VARIANCE = 0.006 ** 2;
const SHARE_OF_RETURN = 0.08;
const SHARE_OF_PAST = 0.9;

/** A draw of the standard normal distribution (Box and Muller). */
function normal(seed: number, counter: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniform(seed, 2 * counter)));
  return radius * Math.cos(2 * Math.PI * uniform(seed, 2 * counter + 1));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Draws for one candle: return, both shadows, volume. */
const DRAWS = 4;

/** Hourly candles: returns cluster, volume follows them and the hour of the day. */
export function seriesCandles(seed: number, count: number): SentCandle[] {
  let close = START_PRICE;
  let variance = USUAL_VARIANCE;
  return Array.from({ length: count }, (_, i) => {
    const deviation = Math.sqrt(variance);
    const [move, up, down, trade] = Array.from(
      { length: DRAWS },
      (_, draw) => normal(seed, DRAWS * i + draw),
    );
    const open = close;
    close = rounded(open * Math.exp(deviation * move), 2);
    variance = USUAL_VARIANCE * (1 - SHARE_OF_RETURN - SHARE_OF_PAST) +
      SHARE_OF_RETURN * variance * move ** 2 + SHARE_OF_PAST * variance;
    const dayShape = 1 + 0.5 * Math.cos(2 * Math.PI * (i % 24 - 14) / 24);
    const volume = USUAL_VOLUME * dayShape * Math.exp(0.3 * trade) * (0.5 + Math.abs(move));
    return {
      open,
      high: rounded(Math.max(open, close) * (1 + 0.5 * deviation * Math.abs(up)), 2),
      low: rounded(Math.min(open, close) * (1 - 0.5 * deviation * Math.abs(down)), 2),
      close,
      volume: rounded(volume, 3),
    };
  });
}

function hours(from: number, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => new Date(START + (from + i) * HOUR_MS).toISOString().slice(0, 19),
  );
}

/** A request for one series of that seed. */
export function sentSeries(seed: number, { candles, horizon, paths }: SeriesShape): SentSeries {
  return {
    series_id: `load-${seed}`,
    candles: seriesCandles(seed, candles),
    timestamps: hours(0, candles),
    prediction_timestamps: hours(candles, horizon),
    overrides: { sample_count: paths },
  };
}
