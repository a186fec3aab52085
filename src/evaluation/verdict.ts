/** What a backtest comes to, in a word and a sentence. */
import type { Estimate } from "./bootstrap_intervals.ts";

/**
 * Fewer windows leave no interval to speak of: the bootstrap draws blocks of neighbours, of which a few
 * windows have hardly any choice (docs/backtest.md).
 */
export const MIN_JUDGED_WINDOWS = 10;

/** Whether an estimate is numbers, so that something can be said of it. */
export function isKnown({ value, low, high }: Estimate): boolean {
  return [value, low, high].every(Number.isFinite);
}

/** Whether forecasts were better than a random walk. */
export interface Verdict {
  /** `undecided` where the windows do not tell. */
  readonly verdict: "better" | "worse" | "undecided";
  /** The same for a person. */
  readonly sentence: string;
}

function percent(share: number): string {
  return `${Math.abs(100 * share).toFixed(1)}%`;
}

/**
 * What the ratio of a forecast's score to the better random walk's says.
 *
 * @param ratio below 1 is better; not finite where the candles do not move
 */
export function verdictOf(ratio: Estimate, windows: number): Verdict {
  const { value, low, high } = ratio;
  const count = `${windows} window${windows === 1 ? "" : "s"}`;
  if (!isKnown(ratio)) {
    return {
      verdict: "undecided",
      sentence:
        "These candles do not move, or move as no market does: there is no score to compare.",
    };
  }
  const difference = `${percent(1 - value)} ${value < 1 ? "lower" : "higher"}`;
  const interval = `ratio ${value.toFixed(3)}, 95% interval ${low.toFixed(3)} to ${
    high.toFixed(3)
  }`;
  if (windows < MIN_JUDGED_WINDOWS) {
    return {
      verdict: "undecided",
      sentence:
        `Over ${count} the forecast's error (CRPS) was ${difference} than a random walk's, ` +
        `but fewer than ${MIN_JUDGED_WINDOWS} windows do not tell that from luck.`,
    };
  }
  if (high < 1 || low > 1) {
    const verdict = high < 1 ? "better" : "worse";
    return {
      verdict,
      sentence:
        `The forecast was ${verdict} than a random walk on these candles: over ${count} its ` +
        `error (CRPS) was ${difference} (${interval}).`,
    };
  }
  return {
    verdict: "undecided",
    sentence: `The forecast was not shown to be better than a random walk on these candles: over ` +
      `${count} its error (CRPS) was ${difference}, but the interval includes 1 (${interval}).`,
  };
}
