/** Requests and answers that the OpenAPI document shows. */
import { ERRORS, type ErrorType } from "./errors.ts";

/** A request for one step after three hourly candles. */
export const SINGLE_REQUEST = {
  series_id: "BTCUSDT-1h",
  candles: [
    { open: 42_000, high: 42_120, low: 41_950, close: 42_080, volume: 310.5, amount: 13_049_000 },
    { open: 42_080, high: 42_200, low: 42_010, close: 42_150, volume: 287.1, amount: 12_092_000 },
    { open: 42_150, high: 42_180, low: 42_020, close: 42_060, volume: 265.9, amount: 11_189_000 },
  ],
  timestamps: ["2024-01-01T09:00:00", "2024-01-01T10:00:00", "2024-01-01T11:00:00"],
  prediction_timestamps: ["2024-01-01T12:00:00"],
  overrides: { pred_len: 1, temperature: 1, top_k: 0, top_p: 0.9, sample_count: 16 },
  quantiles: [0.1, 0.9],
  events: [{ type: "close_above", level: 42_100, step: 1 }],
  seed: 7,
};

/** The same as the only item of a batch. */
export const BATCH_REQUEST = { items: [SINGLE_REQUEST] };

const candle = (close: number) => ({
  timestamp: "2024-01-01T12:00:00",
  open: 42_060,
  high: Math.max(42_130, close),
  low: Math.min(41_990, close),
  close,
  volume: 270.2,
  amount: 11_366_000,
});

/** An answer to it; the numbers are made up. */
export const PREDICTION = {
  series_id: "BTCUSDT-1h",
  prediction: [candle(42_075)],
  model_version: "nano-2",
  tokenizer_version: "nano-tokenizer-2",
  quantiles: { "0.1": [candle(41_940)], "0.9": [candle(42_210)] },
  events: [{
    type: "close_above",
    level: 42_100,
    step: 1,
    probability: 0.4375,
    standard_error: 0.124,
  }],
  warnings: [],
  seed: 7,
};

/** The line of a stream for the same step. */
export const STREAM_LINE = {
  event: "candle",
  id: 1,
  data: {
    step: 1,
    candle: PREDICTION.prediction[0],
    quantiles: { "0.1": PREDICTION.quantiles["0.1"][0], "0.9": PREDICTION.quantiles["0.9"][0] },
  },
};

const DETAILS: Partial<Record<ErrorType, Readonly<Record<string, unknown>>>> = {
  MalformedRequest: { constraint: "json", position: 12 },
  Unauthorized: { field: "Authorization", constraint: "key_required" },
  Forbidden: { field: "X-Container-Name", constraint: "listed_container" },
  RateLimited: { constraint: "rate_limit", limit_per_minute: 100 },
  NotFound: { field: "path", value: "/v1/predict", constraint: "known_route" },
  PayloadTooLarge: { constraint: "max_bytes", limit_bytes: 10_000_000 },
  UnsupportedMediaType: { field: "Content-Type", value: "text/plain", constraint: "json" },
  ModelNotReady: { constraint: "model_ready" },
  InferenceTimeout: { constraint: "deadline" },
  ValidationError: {
    field: "timestamps",
    index: 42,
    value: "2024-01-15T10:00:00Z",
    constraint: "strictly_ascending",
    issues: [{
      message: "timestamps at index 42 must be later than 2024-01-15T11:00:00Z",
      field: "timestamps",
      index: 42,
      value: "2024-01-15T10:00:00Z",
      constraint: "strictly_ascending",
    }],
  },
};

/** The body of an error of the table. */
export function errorExample(type: ErrorType): object {
  return {
    error: {
      type,
      message: ERRORS[type].meaning,
      ...(ERRORS[type].status === 500 ? {} : { details: DETAILS[type] ?? {} }),
      request_id: "abc123",
      timestamp: "2025-10-14T10:30:15Z",
    },
  };
}
