/** Probabilities of events: the share of the sample paths where they happen. */
import { mean, sampleStandardDeviation } from "simple-statistics";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import type { EventAnswer, ForecastEvent } from "./events.ts";
import { type PathExtremes, pathExtremes } from "./path_extremes.ts";
import { quantile } from "./quantiles.ts";

/** Levels of a drawdown where the request names none. */
const DRAWDOWN_LEVELS: readonly number[] = [0.1, 0.5, 0.9];

/**
 * Standard error of a share of paths, sqrt(p (1 - p) / n). Where it happens on no path or on all, p is
 * taken half a path from there: so many paths do not show that a thing never happens.
 *
 * @param happened paths, 0 to `paths`
 */
export function shareError(happened: number, paths: number): number {
  const share = Math.min(Math.max(happened, 0.5), paths - 0.5) / paths;
  return Math.sqrt(share * (1 - share) / paths);
}

/** What is looked at to tell whether an event happens on a path. */
interface Paths extends PathExtremes {
  /** Closes, `[paths, horizon]`. */
  readonly closes: Float64Array;
}

/** @param cell of a path, at the event's step */
function happens(
  event: Exclude<ForecastEvent, { readonly type: "max_drawdown" }>,
  { closes, highest, lowest }: Paths,
  cell: number,
): boolean {
  switch (event.type) {
    case "close_above":
      return closes[cell] > event.level;
    case "close_below":
      return closes[cell] < event.level;
    case "touch_above":
      return highest[cell] >= event.level;
    case "touch_below":
      return lowest[cell] <= event.level;
    case "range":
      return lowest[cell] > event.low && highest[cell] < event.high;
  }
}

/**
 * The answers to events, in their order.
 *
 * @param samples `[paths, horizon, 6]`, at least two paths
 * @param lastClose of the input, above 0: drawdowns are counted from there
 * @param levels of the quantiles of a drawdown; none: 0.1, 0.5, 0.9
 */
export function eventAnswers(
  events: readonly ForecastEvent[],
  samples: Float64Array,
  paths: number,
  lastClose: number,
  levels: readonly number[] = [],
): EventAnswer[] {
  if (events.length === 0) return []; // most requests ask for none: spare them the walk
  const horizon = samples.length / FEATURES / paths;
  const closes = Float64Array.from(
    { length: paths * horizon },
    (_, cell) => samples[cell * FEATURES + CLOSE],
  );
  const all = { closes, ...pathExtremes(samples, paths, lastClose) };
  return events.map((event) => {
    const cells = Array.from({ length: paths }, (_, path) => path * horizon + event.step - 1);
    if (event.type === "max_drawdown") {
      return drawdownAnswer(event, cells.map((cell) => all.drawdown[cell]), levels);
    }
    const happened = cells.filter((cell) => happens(event, all, cell)).length;
    return { event, probability: happened / paths, standardError: shareError(happened, paths) };
  });
}

function drawdownAnswer(
  event: Extract<ForecastEvent, { readonly type: "max_drawdown" }>,
  falls: number[],
  asked: readonly number[],
): EventAnswer {
  const levels = asked.length === 0 ? DRAWDOWN_LEVELS : asked;
  const sorted = Float64Array.from(falls).sort();
  return {
    event,
    expected: mean(falls),
    standardError: sampleStandardDeviation(falls) / Math.sqrt(falls.length),
    levels,
    quantiles: levels.map((level) => quantile(sorted, level)),
  };
}
