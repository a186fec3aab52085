import assert from "node:assert/strict";
import fc from "fast-check";
import { singleRequestSchema } from "../../src/http/schemas.ts";
import { sentSeries, seriesCandles } from "./series.ts";

Deno.test("seriesCandles() are candles: low and high hold open and close, one opens where one closed", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 2, max: 300 }), (seed, count) => {
    const candles = seriesCandles(seed, count);
    assert.equal(candles.length, count);
    for (const [i, { open, high, low, close, volume }] of candles.entries()) {
      assert.ok(0 < low && low <= Math.min(open, close) && Math.max(open, close) <= high);
      assert.ok(volume > 0);
      if (i > 0) assert.equal(open, candles[i - 1].close);
    }
  }));
});

Deno.test("sentSeries() is a request that the service reads", () => {
  const series = sentSeries(1, { candles: 30, horizon: 4, paths: 2 });
  const { success, error } = singleRequestSchema.safeParse(series);
  assert.ok(success, String(error));
  assert.equal(series.prediction_timestamps.length, 4);
});

Deno.test("seriesCandles() are the same for the same seed, and others for another", () => {
  assert.deepEqual(seriesCandles(7, 50), seriesCandles(7, 50));
  assert.notDeepEqual(seriesCandles(7, 50), seriesCandles(8, 50));
});

Deno.test("seriesCandles() cluster: large moves follow large moves, as in markets", () => {
  const closes = seriesCandles(3, 20_000).map(({ close }) => close);
  const squares = closes.slice(1).map((close, i) => Math.log(close / closes[i]) ** 2);
  const mean = squares.reduce((sum, square) => sum + square) / squares.length;
  const variance = squares.reduce((sum, square) => sum + (square - mean) ** 2, 0);
  const covariance = squares.slice(1).reduce(
    (sum, square, i) => sum + (square - mean) * (squares[i] - mean),
    0,
  );
  assert.ok(covariance / variance > 0.05, `autocorrelation ${covariance / variance}`);
});
