/** Requests with candles of a seeded random walk. */

const HOUR_MS = 3_600_000;
const START = Date.UTC(2024, 0, 1);

/** A number of (0, 1) from a counter: an integer hash. */
export function uniform(seed: number, counter: number): number {
  let x = Math.imul(seed + 1, 0x9e3779b9) ^ Math.imul(counter + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (((x ^ (x >>> 15)) >>> 0) + 0.5) / 2 ** 32;
}

/** How a request differs from the plain one. */
export interface RequestOptions {
  /** Of the random walk and of the request; 1 unless given. */
  readonly seed?: number;
  /** The first open; 100 unless given. */
  readonly price?: number;
  /** Put over the fields of the request, last. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Hourly time stamps without a zone. */
function hours(from: number, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => new Date(START + (from + i) * HOUR_MS).toISOString().slice(0, 19),
  );
}

/** A request of `time` candles for `horizon` steps. */
export function predictRequest(
  time: number,
  horizon: number,
  { seed = 1, price = 100, fields = {} }: RequestOptions = {},
): Record<string, unknown> {
  let close = price;
  const candles = Array.from({ length: time }, (_, i) => {
    const open = close;
    close = open * Math.exp(0.01 * (uniform(seed, 3 * i) - 0.5));
    const high = Math.max(open, close) * (1 + 0.002 * uniform(seed, 3 * i + 1));
    const low = Math.min(open, close) * (1 - 0.002 * uniform(seed, 3 * i + 2));
    return { open, high, low, close, volume: 1000 * uniform(seed, i) };
  });
  return {
    series_id: `series-${seed}`,
    candles,
    timestamps: hours(0, time),
    prediction_timestamps: hours(time, horizon),
    seed,
    ...fields,
  };
}
