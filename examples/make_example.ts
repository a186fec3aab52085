/** Makes `synthetic-1h.csv`: hourly candles of a seeded random walk whose volatility wanders. */

const ROWS = 600;
const HOUR_MS = 3_600_000;
const START = Date.UTC(2025, 0, 6);

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

/** The text of the file. */
export function exampleCsv(): string {
  const uniform = generator(20_250_106);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const lines = ["timestamp,open,high,low,close,volume,amount"];
  let close = 250;
  let logVolatility = Math.log(0.004);
  for (let i = 0; i < ROWS; i++) {
    logVolatility += 0.03 * (Math.log(0.004) - logVolatility) + 0.12 * normal();
    const volatility = Math.exp(logVolatility);
    const open = close;
    close = open * Math.exp(volatility * normal());
    const high = Math.max(open, close) * Math.exp(0.4 * volatility * Math.abs(normal()));
    const low = Math.min(open, close) * Math.exp(-0.4 * volatility * Math.abs(normal()));
    const daily = 1 + 0.5 * Math.sin(2 * Math.PI * (i % 24 - 8) / 24);
    const volume = 800 * daily * Math.exp(0.3 * normal()) * (volatility / 0.004);
    const price = (value: number): string => value.toFixed(4);
    const amount = volume * (open + high + low + close) / 4;
    const stamp = new Date(START + i * HOUR_MS).toISOString().slice(0, 19);
    lines.push(
      [stamp, ...[open, high, low, close].map(price), volume.toFixed(3), amount.toFixed(2)].join(),
    );
  }
  return lines.join("\n") + "\n";
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("synthetic-1h.csv", import.meta.url), exampleCsv());
}
