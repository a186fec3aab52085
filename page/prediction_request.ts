/** The request that the page sends for a forecast. */
import type { PredictRequest } from "../clients/typescript/src/kronos_client.ts";
import type { CandleRow } from "./candle_rows.ts";
import { LEVELS } from "./fan.ts";

/** What a person chooses; null leaves it to the service. */
export interface ForecastChoice {
  /** Steps ahead. */
  readonly horizon: number;
  /** Sample paths. */
  readonly paths: number;
  /** Above 0. */
  readonly temperature: number | null;
  /** Fixes every random number. */
  readonly seed: number | null;
}

/** Asks for the forecast of these rows, whatever their cells hold: the service judges them. */
export function predictionRequest(
  name: string,
  rows: readonly CandleRow[],
  { horizon, paths, temperature, seed }: ForecastChoice,
): PredictRequest {
  return {
    series_id: name,
    candles: rows.map(({ cells }) => cells) as PredictRequest["candles"],
    timestamps: rows.map(({ timestamp }) => timestamp),
    horizon,
    quantiles: [...LEVELS],
    include_samples: true,
    include_warnings: true,
    overrides: { sample_count: paths, ...(temperature === null ? {} : { temperature }) },
    ...(seed === null ? {} : { seed }),
  };
}
