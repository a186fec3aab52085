/** Warnings: what is odd though valid, where it was asked for. */
import assert from "node:assert/strict";
import { type Prediction, TestedApp } from "./tested_app.ts";
import { seriesBody } from "./series_body.ts";

/** Code, field and index of each warning of an answer. */
async function found(
  under: TestedApp,
  body: Record<string, unknown>,
): Promise<[code: unknown, field: unknown, index: unknown][]> {
  const { warnings } = await under.predict<Prediction>({ include_warnings: true, ...body });
  assert.ok(warnings);
  for (const { message } of warnings) assert.match(String(message), /^\S.*[^.]$/);
  return warnings.map(({ code, field, index }) => [code, field, index]);
}

Deno.test("warnings: a list, empty where nothing is odd, absent where not asked for", async () => {
  const under = new TestedApp();
  assert.deepEqual(await found(under, seriesBody(4, 2)), []);
  const { warnings } = await under.predict(seriesBody(4, 2, { seed: 1 }));
  assert.equal(warnings, undefined);
});

Deno.test("warnings: the candles, from repaired to stale", async () => {
  const under = new TestedApp({ environment: { KRONOS_WARN_STALE_CANDLES: "3" } });
  const constant = seriesBody(4, 2);
  constant.candles = constant.candles.map((candle) => ({ ...candle, close: 104 }));
  assert.deepEqual(await found(under, constant), [["constant_input", "candles.close", null]]);
  const odd = seriesBody(12, 2);
  const still = { open: 101, high: 101, low: 101, close: 101, volume: 0 };
  odd.candles[5] = { ...still, volume: null, amount: 0 };
  for (const i of [6, 7, 8]) odd.candles[i] = still;
  assert.deepEqual(await found(under, odd), [
    ["repaired_candles", "candles.volume", 5],
    ["repaired_candles", "candles.amount", 6],
    ["stale_input", "candles", 6],
  ]);
});

Deno.test("warnings: the time stamps, of the input and to forecast", async () => {
  const under = new TestedApp();
  const timestamps = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-09"];
  const odd = seriesBody(4, 2, {
    timestamps,
    prediction_timestamps: ["2024-01-13", "2024-01-14"],
  });
  assert.deepEqual(await found(under, odd), [
    ["gap", "timestamps", 3],
    ["calendar_mismatch", "prediction_timestamps", 0],
    ["prediction_spacing", "prediction_timestamps", 0],
  ]);
  const counted = { ...odd, prediction_timestamps: null, horizon: 2 };
  assert.deepEqual(await found(under, counted), [
    ["gap", "timestamps", 3],
    ["inferred_calendar", "calendar", null],
  ]);
});

Deno.test("warnings: the forecast, beyond the recent range", async () => {
  const value = (_seed: number, _path: number, step: number) => step === 0 ? 0 : 4;
  const under = new TestedApp({
    replica: { value },
    environment: { KRONOS_WARN_RANGE_FACTOR: "0.6" },
  });
  const body = seriesBody(20, 3, { quantiles: [0.5], raw: true });
  body.candles = body.candles.map((_, i) => {
    const price = 100 + i % 2;
    return { open: price, high: price, low: price, close: price, volume: 1, amount: 1 };
  });
  assert.deepEqual(await found(under, body), [
    ["beyond_recent_range", "prediction", 1],
    ["beyond_recent_range", "quantiles.0.5", 1],
  ]);
});

Deno.test("warnings: events bring them, unless they are told not to", async () => {
  const under = new TestedApp();
  const events = [{ type: "close_above", level: 1e6 }, { type: "max_drawdown" }];
  const { warnings } = await under.predict(seriesBody(4, 2, { events }));
  assert.deepEqual(warnings?.map(({ code, field, index }) => [code, field, index]), [
    ["few_paths", "events", 0],
  ]);
  const silent = await under.predict(seriesBody(4, 2, { events, include_warnings: false }));
  assert.equal(silent.warnings, undefined);
});
