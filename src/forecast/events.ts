/** What a forecast may be asked the probability of, and the answers. */

/** A close above or below a level at a step, or a price that reaches it within the steps up to it. */
export interface LevelEvent {
  /** `close_`: the close of that candle; `touch_`: high or low of any candle up to it. */
  readonly type: "close_above" | "close_below" | "touch_above" | "touch_below";
  /** A price. */
  readonly level: number;
  /** From 1. */
  readonly step: number;
}

/** Prices that touch neither bound within the steps. */
export interface RangeEvent {
  /** Which. */
  readonly type: "range";
  /** A price. */
  readonly low: number;
  /** A price above `low`. */
  readonly high: number;
  /** From 1. */
  readonly step: number;
}

/** The greatest fall of the closes within the steps, as a share of the highest close before. */
export interface DrawdownEvent {
  /** Which. */
  readonly type: "max_drawdown";
  /** From 1. */
  readonly step: number;
}

/** One event. */
export type ForecastEvent = LevelEvent | RangeEvent | DrawdownEvent;

/** How likely an event is. */
export interface EventProbability {
  /** The event. */
  readonly event: LevelEvent | RangeEvent;
  /** Share of the paths where it happens. */
  readonly probability: number;
  /** Of the probability, see `shareError()`. */
  readonly standardError: number;
}

/** How far the closes fall. */
export interface ExpectedDrawdown {
  /** The event. */
  readonly event: DrawdownEvent;
  /** The mean over the paths, 0 to 1. */
  readonly expected: number;
  /** Of the mean: the paths' standard deviation over the root of their number. */
  readonly standardError: number;
  /** Levels as asked for. */
  readonly levels: readonly number[];
  /** One for each level. */
  readonly quantiles: readonly number[];
}

/** The answer to one event. */
export type EventAnswer = EventProbability | ExpectedDrawdown;
