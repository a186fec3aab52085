import assert from "node:assert/strict";
import { readLoadOptions } from "./load_options.ts";

const DEFAULTS = { durationS: 60, ratePerSecond: 4 };

Deno.test("readLoadOptions() takes the scenario's defaults where nothing is said", () => {
  const { durationS, ratePerSecond, candles, baseUrl } = readLoadOptions({ RATE: "" }, DEFAULTS);
  assert.deepEqual([durationS, ratePerSecond, candles], [60, 4, 400]);
  assert.equal(baseUrl, "http://127.0.0.1:8000");
});

Deno.test("readLoadOptions() reads numbers, and addresses without a slash at their end", () => {
  const environment = { RATE: "0.5", DURATION: "10", BASE_URL: "https://kronos.example/" };
  const { durationS, ratePerSecond, baseUrl } = readLoadOptions(environment, DEFAULTS);
  assert.deepEqual([durationS, ratePerSecond], [10, 0.5]);
  assert.equal(baseUrl, "https://kronos.example");
});

Deno.test("readLoadOptions() refuses what is no number above 0, by its variable's name", () => {
  for (const RATE of ["fast", "0", "-1", "Infinity"]) {
    assert.throws(() => readLoadOptions({ RATE }, DEFAULTS), /Cannot read RATE: .* above 0/);
  }
});
