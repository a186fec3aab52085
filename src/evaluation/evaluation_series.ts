/** The candles that an evaluation forecasts parts of. */
export interface EvaluationSeries {
  /** Names the series within its file. */
  readonly id: string;
  /** Name of its file: `fx-1h`. Windows are summed up by it. */
  readonly file: string;
  /** The file's name up to its last hyphen: `fx`. */
  readonly market: string;
  /** Raw candles, `[time, 6]`. */
  readonly candles: Float64Array;
  /** Wall clock of each candle in milliseconds, as if it were UTC; ascending. */
  readonly times: Float64Array;
}

/** The market that a file's name begins with. */
export function marketOf(file: string): string {
  const hyphen = file.lastIndexOf("-");
  return hyphen < 1 ? file : file.slice(0, hyphen);
}
