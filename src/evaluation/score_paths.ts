/** What one window's paths are worth as paths: how rough they are, what they touch, how far they fall. */
import { eventAnswers } from "../forecast/event_answers.ts";
import type { LevelEvent } from "../forecast/events.ts";
import { pathExtremes } from "../forecast/path_extremes.ts";
import { closeReturns } from "../forecast/recent_volatility.ts";
import { CLOSE, FEATURES, PRICE_COLUMNS } from "../kronos/architecture.ts";
import type { WindowForecast } from "./forecast_windows.ts";
import { volatility, walkCandles } from "./random_walks.ts";
import { covers, probabilityTransform, SCORED_STEPS } from "./score_window.ts";

/**
 * How far levels lie from the last close, up and down alike: standard deviations of the close's move up
 * to a step, which are those of the context's returns times the root of the step.
 */
export const TOUCH_DISTANCES = [0.5, 1, 2] as const;

/** What touches a level: the candle's high or low, as in the service's events, or its close alone. */
export const TOUCHED_BY = ["candle", "close"] as const;

/** The band of drawdowns whose coverage is counted. */
export const DRAWDOWN_BAND = 0.8;

/** Paths of the baseline: enough that its own noise does not count. */
const WALK_MEMBERS = 512;

/** One level up to one step. */
export interface TouchScore {
  /** One of `TOUCH_DISTANCES`; two scores have it, one of each side. */
  readonly distance: number;
  /** One of `TOUCHED_BY`. */
  readonly by: (typeof TOUCHED_BY)[number];
  /** Share of the model's paths that touch the level. */
  readonly model: number;
  /** Share of the baseline's paths. */
  readonly walk: number;
  /** Whether it was touched: 1 or 0. */
  readonly happened: number;
}

/** The paths up to one step. */
export interface PathStepScore {
  /** Steps ahead. */
  readonly step: number;
  /** Every level. */
  readonly touches: readonly TouchScore[];
  /** The greatest fall of a close, among those of the model's paths. */
  readonly drawdown: {
    /** Its place, in (0, 1). */
    readonly pit: number;
    /** Whether the middle `DRAWDOWN_BAND` of the paths' held it: 1 or 0. */
    readonly covered: number;
  };
}

/** The paths of a window. */
export interface PathScore {
  /** The file that its series is from. */
  readonly file: string;
  /** The market of that file. */
  readonly market: string;
  /** Wall clock of the first forecast candle, milliseconds. */
  readonly time: number;
  /** Mean absolute log return of the closes from step to step, over paths and steps. */
  readonly moves: Readonly<Record<"model" | "walk" | "actual", number>>;
  /** One for each step that is scored, ascending. */
  readonly steps: readonly PathStepScore[];
}

/** Paths to be looked at. */
interface Paths {
  /** `[paths, horizon, 6]`. */
  readonly samples: Float64Array;
  readonly paths: number;
}

/** Mean absolute log return from step to step, from the last close on. */
function meanMove({ samples, paths }: Paths, lastClose: number): number {
  const horizon = samples.length / FEATURES / paths;
  let sum = 0;
  for (let cell = 0; cell < paths * horizon; cell++) {
    const before = cell % horizon === 0 ? lastClose : samples[(cell - 1) * FEATURES + CLOSE];
    sum += Math.abs(Math.log(samples[cell * FEATURES + CLOSE] / before));
  }
  return sum / (paths * horizon);
}

/** Candles whose four prices are the close. */
function closesAlone({ samples, paths }: Paths): Paths {
  const flat = samples.slice();
  for (let row = 0; row < flat.length; row += FEATURES) {
    flat.fill(flat[row + CLOSE], row, row + PRICE_COLUMNS);
  }
  return { samples: flat, paths };
}

/** A level above and one below for each of `TOUCH_DISTANCES`, for each step. */
function levelEvents(
  lastClose: number,
  stepVolatility: number,
  steps: readonly number[],
): LevelEvent[] {
  return steps.flatMap((step) =>
    TOUCH_DISTANCES.flatMap((distance): LevelEvent[] => {
      const move = distance * stepVolatility * Math.sqrt(step);
      return [
        { type: "touch_above", level: lastClose * Math.exp(move), step },
        { type: "touch_below", level: lastClose * Math.exp(-move), step },
      ];
    })
  );
}

/** Probabilities as the service answers them. */
function probabilities(events: readonly LevelEvent[], paths: Paths, lastClose: number): number[] {
  return eventAnswers(events, paths.samples, paths.paths, lastClose)
    .flatMap((answer) => "probability" in answer ? answer.probability : []);
}

/**
 * Scores the paths of a window.
 *
 * @param samples the forecast's paths, `[paths, horizon, 6]`
 * @param seed fixes the baseline's random numbers
 * @param scored steps of the horizon, ascending
 * @returns null where the closes of the context do not move: then no level is further than another
 */
export function scorePaths(
  { window: { series, start }, context, actual }: WindowForecast,
  samples: Float64Array,
  seed: number,
  scored: readonly number[] = SCORED_STEPS,
): PathScore | null {
  const lastClose = context[context.length - FEATURES + CLOSE];
  const stepVolatility = volatility(closeReturns(context));
  if (stepVolatility === 0) return null;
  const horizon = actual.length / FEATURES;
  const model: Paths = { samples, paths: samples.length / actual.length };
  const walk: Paths = {
    samples: walkCandles(context, { step: horizon, members: WALK_MEMBERS, seed }),
    paths: WALK_MEMBERS,
  };
  const came: Paths = { samples: actual, paths: 1 };
  const events = levelEvents(lastClose, stepVolatility, scored);
  const touched = TOUCHED_BY.map((by) => {
    const [ofModel, ofWalk, happened] = [model, walk, came].map((paths) =>
      probabilities(events, by === "close" ? closesAlone(paths) : paths, lastClose)
    );
    return { by, ofModel, ofWalk, happened };
  });
  const falls = pathExtremes(samples, model.paths, lastClose).drawdown;
  const fall = pathExtremes(actual, 1, lastClose).drawdown;
  const perStep = 2 * TOUCH_DISTANCES.length;
  return {
    file: series.file,
    market: series.market,
    time: series.times[start],
    moves: {
      model: meanMove(model, lastClose),
      walk: meanMove(walk, lastClose),
      actual: meanMove(came, lastClose),
    },
    steps: scored.map((step, i) => {
      const sorted = Float64Array.from(
        { length: model.paths },
        (_, path) => falls[path * horizon + step - 1],
      ).sort();
      return {
        step,
        touches: touched.flatMap(({ by, ofModel, ofWalk, happened }) =>
          Array.from({ length: perStep }, (_, level): TouchScore => ({
            distance: TOUCH_DISTANCES[Math.floor(level / 2)],
            by,
            model: ofModel[i * perStep + level],
            walk: ofWalk[i * perStep + level],
            happened: happened[i * perStep + level],
          }))
        ),
        drawdown: {
          pit: probabilityTransform(sorted, fall[step - 1]),
          covered: Number(covers(sorted, DRAWDOWN_BAND, fall[step - 1])),
        },
      };
    }),
  };
}
