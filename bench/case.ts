/** What one process of the benchmark measures, and what it prints. */
import type { Device, Precision } from "../src/inference/engine.ts";

/** One measurement: forecasts made together, repeated. */
export interface BenchCase {
  /** A folder with a `manifest.json`. */
  readonly modelPath: string;
  /** The runtime: onnxruntime-web, or onnxruntime of the machine on the same graphs. */
  readonly device: Device;
  /** Numbers of the large products. */
  readonly precision: Precision;
  /** Workers; series and paths are shared among them as evenly as they go. */
  readonly replicas: number;
  /** Threads of each replica. */
  readonly threads: number;
  /** Candles of input. */
  readonly context: number;
  /** Steps to forecast. */
  readonly horizon: number;
  /** Series that are forecast together. */
  readonly series: number;
  /** Sample paths of each series. */
  readonly paths: number;
  /** Forecasts that count, after those that warm up. */
  readonly repeats: number;
}

/** A case but for what all of a run have in common. */
export type Variant = Omit<BenchCase, "modelPath" | "context" | "horizon" | "repeats">;

/** Milliseconds by phase, the median over the repeats, of the slowest replica; memory at the end. */
export interface BenchResult {
  /** Opening the model folder and its sessions. */
  readonly loadMs: number;
  /** Candles to tokens. */
  readonly tokenizeMs: number;
  /** Filling the cache with the context. */
  readonly prefillMs: number;
  /** All chunks of the horizon together. */
  readonly decodeMs: number;
  /** From prefill to the last candle, without loading. */
  readonly totalMs: number;
  /** Resident memory of the process, in units of 1e6 bytes. */
  readonly rssMb: number;
}

/** The middle value of a sorted copy. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
