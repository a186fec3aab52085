/** Bodies of requests. */

/** The body of one series, open to changes that make it wrong. */
export type SeriesBody = Record<string, unknown> & {
  candles: Record<string, unknown>[];
  timestamps: string[];
  prediction_timestamps: string[];
};

/** Stamps of consecutive minutes without a zone. */
export function minutes(from: number, count: number): string[] {
  const start = Date.UTC(2024, 0, 1, 9, 30);
  return Array.from(
    { length: count },
    (_, i) => new Date(start + (from + i) * 60_000).toISOString().slice(0, 19),
  );
}

/**
 * A valid series.
 *
 * @param changes fields added or put in place of others
 */
export function seriesBody(
  time = 4,
  horizon = 2,
  changes: Readonly<Record<string, unknown>> = {},
): SeriesBody {
  return {
    candles: Array.from({ length: time }, (_, i) => ({
      open: 100 + i % 7,
      high: 110 + i % 7,
      low: 90 + i % 7,
      close: 101 + i % 7,
      volume: 10 + i % 3,
      amount: 1000 + i % 3,
    })),
    timestamps: minutes(0, time),
    prediction_timestamps: minutes(time, horizon),
    ...changes,
  };
}

/** Several of them, each with its id. */
export function batchBody(items: readonly object[]): { items: object[] } {
  return { items: items.map((item, i) => ({ series_id: `s${i}`, ...item })) };
}
