/** What one process of the benchmark measures, and what it prints. */

/** One measurement: a forecast of one series, repeated. */
export interface BenchCase {
  readonly modelPath: string;
  readonly device: "wasm" | "native";
  readonly threads: number;
  /** Candles of input. */
  readonly context: number;
  /** Steps to forecast. */
  readonly horizon: number;
  readonly paths: number;
  /** Forecasts that count, after one that does not. */
  readonly repeats: number;
}

/** Milliseconds by phase, the median over the repeats; memory at the end. */
export interface BenchResult {
  readonly loadMs: number;
  readonly tokenizeMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly totalMs: number;
  readonly rssMb: number;
}

/** The middle value of a sorted copy. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
