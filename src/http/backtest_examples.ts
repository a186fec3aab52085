/** A backtest that the OpenAPI document shows; the numbers of its answer are made up. */

/** Two forecasts of one step each, from eight hourly candles. */
export const BACKTEST_REQUEST = {
  series_id: "BTCUSDT-1h",
  candles: Array.from({ length: 8 }, (_, i) => {
    const [open, close] = [42_000 + 30 * (i % 3), 42_020 + 30 * (i % 2)];
    const [high, low] = [Math.max(open, close) + 25, Math.min(open, close) - 15];
    return { open, high, low, close, volume: 300 + i };
  }),
  timestamps: Array.from({ length: 8 }, (_, i) => `2024-01-01T0${i}:00:00`),
  horizon: 1,
  windows: 2,
  seed: 1,
  overrides: { sample_count: 16 },
};

const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.2 });

const CRPS = {
  model: 0.0011,
  last_value: 0.0016,
  gaussian: 0.0012,
  bootstrap: 0.0013,
  ewma_gaussian: 0.0012,
  ewma_bootstrap: 0.0012,
};

const window = (number: number) => ({
  window: number,
  origin: `2024-01-01T0${4 + number}:00:00`,
  last_close: 42_050,
  timestamps: [`2024-01-01T0${5 + number}:00:00`],
  actual: [42_020],
  mean: [42_041.5],
  bands: {
    "0.5": { low: [42_025], high: [42_058] },
    "0.8": { low: [42_011], high: [42_074] },
    "0.9": { low: [42_004], high: [42_083] },
  },
  scores: [{
    step: 1,
    crps: CRPS,
    error: 0.0005,
    covered: { "0.5": false, "0.8": true, "0.9": true },
    direction: true,
  }],
});

/** An answer to it. */
export const BACKTEST = {
  series_id: "BTCUSDT-1h",
  model_version: "nano-2",
  tokenizer_version: "nano-tokenizer-2",
  seed: 1,
  horizon: 1,
  step: 1,
  context: 6,
  sample_count: 16,
  verdict: "undecided",
  sentence: "Over 2 windows the forecast's error (CRPS) was 8.3% lower than a random walk's, but " +
    "fewer than 10 windows do not tell that from luck.",
  crps_ratio: estimate(0.917),
  mae_ratio: estimate(0.87),
  direction: estimate(0.5),
  coverage: { "0.5": estimate(0.5), "0.8": estimate(1), "0.9": estimate(1) },
  steps: [{
    step: 1,
    crps_ratio: estimate(0.917),
    crps: CRPS,
    mae: { model: 0.0014, last_value: 0.0016 },
    coverage: { "0.5": 0.5, "0.8": 1, "0.9": 1 },
    direction: 0.5,
  }],
  windows: [window(1), window(2)],
};

/** A line of the same as it goes on. */
export const BACKTEST_LINE = { event: "window", id: 1, data: BACKTEST.windows[0] };
