/** Whatever is valid gets a forecast that is valid, from a formula and from a real model. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BATCH, type Candle, type Prediction, TestedApp } from "./tested_app.ts";
import { openTinyForecaster } from "./tiny_forecaster.ts";
import { batchBody } from "./series_body.ts";
import { validSeries, type ValidSeriesBody } from "./valid_series.ts";

const COLUMNS = ["open", "high", "low", "close", "volume", "amount"] as const;

function assertConsistent({ open, high, low, close, volume, amount }: Candle): void {
  assert.ok(low > 0 && low <= Math.min(open, close), "low");
  assert.ok(high >= Math.max(open, close) && high <= 1e18, "high");
  assert.ok(volume >= 0 && volume <= 1e18 && amount >= 0 && amount <= 1e18, "volume, amount");
}

/** Posts a batch and judges its answer. */
async function assertForecast(
  under: TestedApp,
  items: readonly ValidSeriesBody[],
): Promise<void> {
  const response = await under.post(BATCH, batchBody(items));
  assert.equal(response.status, 200, await response.clone().text());
  const answers: Prediction[] = await response.json();
  answers.forEach(({ prediction, quantiles = {}, samples = [], seed }, i) => {
    assert.equal(seed, items[i].seed);
    const levels = [...items[i].quantiles].sort((a, b) => a - b);
    const bands = levels.map((level) => quantiles[String(level)]);
    for (const rows of [prediction, ...bands, ...samples]) {
      const stamps = rows.map(({ timestamp }) => timestamp);
      assert.deepEqual(stamps, items[i].prediction_timestamps);
      rows.forEach(assertConsistent);
    }
    bands.slice(1).forEach((rows, band) =>
      rows.forEach((row, step) => {
        for (const column of COLUMNS) assert.ok(bands[band][step][column] <= row[column]);
      })
    );
  });
}

const batch = fc.array(validSeries, { minLength: 1, maxLength: 3 });

Deno.test("any valid request gives 200, consistent candles, quantiles that do not cross", async () => {
  const under = new TestedApp();
  await fc.assert(fc.asyncProperty(batch, (items) => assertForecast(under, items)), {
    numRuns: 60,
  });
});

Deno.test("so it is with a model of random weights", async () => {
  await using tiny = await openTinyForecaster();
  const under = new TestedApp(tiny);
  await fc.assert(fc.asyncProperty(batch, (items) => assertForecast(under, items)), {
    numRuns: 15,
  });
});
