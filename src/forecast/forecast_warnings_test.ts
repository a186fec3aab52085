import assert from "node:assert/strict";
import { CLOSE, FEATURES } from "../kronos/architecture.ts";
import { eventAnswers } from "./event_answers.ts";
import type { ForecastEvent } from "./events.ts";
import type { SeriesForecast } from "./forecast.ts";
import { forecastWarnings } from "./forecast_warnings.ts";
import { candlesAround, requestOf } from "./testing/series_request.ts";

const LIMITS = { rangeFactor: 3, eventPaths: 5 };
const TIMINGS = {
  queueMs: 0,
  firstWaitMs: 0,
  tokenizeMs: 0,
  prefillMs: 0,
  decodeMs: 0,
  totalMs: 0,
};

/** A candle at one price for each step. */
function rowsAt(prices: readonly number[]): Float64Array {
  return Float64Array.from(prices.flatMap((price) => [price, price, price, price, 1, price]));
}

function forecastOf(changes: Partial<SeriesForecast>): SeriesForecast {
  return {
    mean: rowsAt([100]),
    quantiles: [],
    samples: null,
    events: [],
    timings: TIMINGS,
    ...changes,
  };
}

const candles = candlesAround(100);
const lastClose = candles[candles.length - FEATURES + CLOSE];
const range = (() => {
  const rows = Array.from({ length: 16 }, (_, i) => candles.subarray((44 + i) * FEATURES));
  return Math.max(...rows.map(([, high]) => high)) - Math.min(...rows.map(([, , low]) => low));
})();

Deno.test("forecastWarnings() names the first step of mean and band beyond the recent range", () => {
  const [near, far] = [lastClose + 2.99 * range, lastClose + 3.01 * range];
  const request = requestOf(candles, { quantiles: [0.1, 0.9] });
  const places = (changes: Partial<SeriesForecast>) =>
    forecastWarnings(request, forecastOf(changes), LIMITS)
      .map(({ code, field, index }) => [code, field, index]);
  assert.deepEqual(places({ mean: rowsAt([near, near]) }), []);
  assert.deepEqual(places({ mean: rowsAt([near, far, near]) }), [
    ["beyond_recent_range", "prediction", 1],
  ]);
  const below = rowsAt([lastClose - 3.01 * range]);
  assert.deepEqual(places({ quantiles: [below, rowsAt([near])] }), [
    ["beyond_recent_range", "quantiles.0.1", 0],
  ]);
});

Deno.test("forecastWarnings() leaves an input without any range to its own warning", () => {
  const request = requestOf(rowsAt(Array(30).fill(50)));
  assert.deepEqual(forecastWarnings(request, forecastOf({ mean: rowsAt([99]) }), LIMITS), []);
});

Deno.test("forecastWarnings() warns of events with too few paths on their rarer side", () => {
  const paths = 20;
  const closes = Array.from({ length: paths }, (_, path) => 100 + path);
  const events: ForecastEvent[] = [104.5, 103.5, 114.5, 115.5].map((level) => ({
    type: "close_above",
    level,
    step: 1,
  }));
  const answers = eventAnswers(events, rowsAt(closes), paths, 100);
  const warnings = forecastWarnings(
    requestOf(candlesAround(110), { paths }),
    forecastOf({ mean: rowsAt([110]), events: answers }),
    LIMITS,
  );
  assert.deepEqual(warnings.map(({ code, field, index }) => [code, field, index]), [
    ["few_paths", "events", 1],
    ["few_paths", "events", 3],
  ]);
});

Deno.test("forecastWarnings() warns of quantiles of a drawdown that no path reaches", () => {
  const warned = (paths: number, levels: number[]) => {
    const samples = rowsAt(Array.from({ length: paths }, (_, path) => 100 - path));
    const events = eventAnswers([{ type: "max_drawdown", step: 1 }], samples, paths, 100, levels);
    return forecastWarnings(requestOf(candles, { paths }), forecastOf({ events }), LIMITS).length;
  };
  assert.deepEqual([warned(9, [0.1, 0.9]), warned(8, [0.1, 0.9]), warned(8, [0.5, 0.95])], [
    0,
    1,
    1,
  ]);
});
