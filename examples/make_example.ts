/** Makes the examples: candles of seeded random walks whose volatility wanders. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What an example is made of. */
export interface ExampleOptions {
  /** Candles. */
  readonly rows: number;
  /** When the first begins, milliseconds since 1970. */
  readonly start: number;
  /** From one to the next, milliseconds; where it is a day, weekends are left out. */
  readonly spacingMs: number;
  /** Standard deviation of the logarithm of a candle's change, in the middle. */
  readonly volatility: number;
  /** The first price. */
  readonly price: number;
  /** Of every random number. */
  readonly seed: number;
}

/** The files by name. */
export const EXAMPLES: Readonly<Record<string, ExampleOptions>> = {
  "synthetic-1h.csv": {
    rows: 600,
    start: Date.UTC(2025, 0, 6),
    spacingMs: HOUR_MS,
    volatility: 0.004,
    price: 250,
    seed: 20_250_106,
  },
  "synthetic-1d.csv": {
    rows: 700,
    start: Date.UTC(2022, 8, 5),
    spacingMs: DAY_MS,
    volatility: 0.013,
    price: 84,
    seed: 20_220_905,
  },
};

/** Numbers of (0, 1) in a fixed order ("mulberry32"). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return (((x ^ (x >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Begins of the candles, milliseconds since 1970. */
function* begins({ rows, start, spacingMs }: ExampleOptions): Generator<number> {
  for (let ms = start, made = 0; made < rows; ms += spacingMs) {
    if (spacingMs === DAY_MS && [0, 6].includes(new Date(ms).getUTCDay())) continue;
    made++;
    yield ms;
  }
}

/** The text of a file. */
export function exampleCsv(options: ExampleOptions): string {
  const { spacingMs, volatility: middle, price: first, seed } = options;
  const uniform = generator(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const lines = ["timestamp,open,high,low,close,volume,amount"];
  let close = first;
  let logVolatility = Math.log(middle);
  for (const ms of begins(options)) {
    logVolatility += 0.03 * (Math.log(middle) - logVolatility) + 0.12 * normal();
    const volatility = Math.exp(logVolatility);
    const open = close;
    close = open * Math.exp(volatility * normal());
    const high = Math.max(open, close) * Math.exp(0.4 * volatility * Math.abs(normal()));
    const low = Math.min(open, close) * Math.exp(-0.4 * volatility * Math.abs(normal()));
    const hour = (ms - options.start) / HOUR_MS;
    const season = spacingMs < DAY_MS ? 1 + 0.5 * Math.sin(2 * Math.PI * (hour % 24 - 8) / 24) : 1;
    const volume = 800 * season * Math.exp(0.3 * normal()) * (volatility / middle);
    const price = (value: number): string => value.toFixed(4);
    const amount = volume * (open + high + low + close) / 4;
    const stamp = new Date(ms).toISOString().slice(0, spacingMs < DAY_MS ? 19 : 10);
    lines.push(
      [stamp, ...[open, high, low, close].map(price), volume.toFixed(3), amount.toFixed(2)].join(),
    );
  }
  return lines.join("\n") + "\n";
}

if (import.meta.main) {
  for (const [name, options] of Object.entries(EXAMPLES)) {
    await Deno.writeTextFile(new URL(name, import.meta.url), exampleCsv(options));
  }
}
