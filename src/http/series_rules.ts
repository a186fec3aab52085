/** Rules between the fields of a series, of a forecast and of a backtest alike. */
import type { Config } from "../config.ts";
import type { Collector } from "./collector.ts";

/** Notes where there are more or fewer timestamps than candles; undefined is a problem told elsewhere. */
export function checkSameLength(
  collector: Collector,
  candles: number | undefined,
  timestamps: number | undefined,
): void {
  if (candles === undefined || timestamps === undefined || candles === timestamps) return;
  const message = `must be as many as candles: ${timestamps} for ${candles}`;
  collector.add(["timestamps"], message, "same_length_as_candles");
}

/** Notes sample paths beyond the service's limit. */
export function checkPaths(collector: Collector, paths: number, { maxSampleCount }: Config): void {
  if (paths <= maxSampleCount) return;
  const message = `must be at most ${maxSampleCount} (KRONOS_MAX_SAMPLE_COUNT)`;
  collector.add(["overrides", "sample_count"], message, "max_sample_count");
}
