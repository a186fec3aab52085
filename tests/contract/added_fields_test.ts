/** What this service adds to the contract: seeds, quantiles, samples, warnings, raw output. */
import assert from "node:assert/strict";
import { BATCH, type Candle, type Prediction, SINGLE, TestedApp } from "./tested_app.ts";
import { brokenRules } from "./broken_rules.ts";
import { batchBody, minutes, seriesBody } from "./series_body.ts";

const COLUMNS = ["open", "high", "low", "close", "volume", "amount"] as const;

function close(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}

/** The contract's quantile: linear interpolation at position p(n + 1), held at the ends. */
function quantileOf(values: readonly number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = Math.min(Math.max(level * (sorted.length + 1), 1), sorted.length);
  const below = sorted[Math.floor(position) - 1];
  const above = sorted[Math.ceil(position) - 1];
  return below + (above - below) * (position - Math.floor(position));
}

Deno.test("seed: the same one gives the same answer, on the header and in the body", async () => {
  const under = new TestedApp();
  const body = seriesBody(4, 2, { seed: 42 });
  const first = await under.post(SINGLE, body);
  assert.equal(first.headers.get("x-kronos-seed"), "42");
  const answer: Prediction = await first.json();
  assert.equal(answer.seed, 42);
  assert.deepEqual(await under.predict(body), answer);
  const { prediction } = await under.predict(seriesBody(4, 2, { seed: 43 }));
  assert.notDeepEqual(prediction, answer.prediction);
});

Deno.test("limits of seed", async () => {
  const under = new TestedApp();
  for (const seed of [0, -0, 1, Number.MAX_SAFE_INTEGER, null]) {
    assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { seed })), []);
  }
  const wrong: [seed: unknown, rule: string][] = [
    [-1, "min"],
    [Number.MAX_SAFE_INTEGER + 1, "max"],
    [1e300, "max"],
    [0.5, "int"],
    ["7", "number"],
    [true, "number"],
    [[], "number"],
  ];
  for (const [seed, rule] of wrong) {
    assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { seed })), [rule], String(seed));
  }
});

Deno.test("the answer carries the seed where any added field was in the request, null is none", async () => {
  const under = new TestedApp();
  const asks = [
    { seed: 5 },
    { quantiles: [0.5] },
    { events: [{ type: "max_drawdown" }] },
    { include_samples: false },
    { calendar: "24/7" },
    { include_warnings: true },
    { raw: false },
  ];
  for (const changes of asks) {
    const response = await under.post(SINGLE, seriesBody(4, 2, changes));
    const { seed }: Prediction = await response.json();
    assert.equal(String(seed), response.headers.get("x-kronos-seed"), JSON.stringify(changes));
  }
  const nulls = { seed: null, quantiles: null, include_samples: null, include_warnings: null };
  const answer = await under.predict(seriesBody(4, 2, { ...nulls, raw: null }));
  assert.deepEqual(Object.keys(answer), [
    "series_id",
    "prediction",
    "model_version",
    "tokenizer_version",
  ]);
});

Deno.test("quantiles: keys as JavaScript prints them, in the asked order, by the contract's rule", async () => {
  const under = new TestedApp();
  const levels = [0.9, 0.1, 0.50, 1e-7, 0.999];
  const answer = await under.predict(
    seriesBody(6, 3, { quantiles: levels, include_samples: true, overrides: { sample_count: 5 } }),
  );
  const { prediction, quantiles, samples } = answer;
  assert.ok(quantiles && samples);
  assert.deepEqual(Object.keys(quantiles), ["0.9", "0.1", "0.5", "1e-7", "0.999"]);
  assert.equal(samples.length, 5);
  prediction.forEach((candle, step) => {
    for (const column of COLUMNS) {
      const values: number[] = samples.map((path) => path[step][column]);
      assert.ok(close(candle[column], values.reduce((sum, value) => sum + value) / 5));
      for (const level of levels) {
        assert.ok(close(quantiles[String(level)][step][column], quantileOf(values, level)));
      }
    }
    for (const rows of [...Object.values(quantiles), ...samples]) {
      assert.equal(rows[step].timestamp, candle.timestamp);
    }
  });
});

Deno.test("rules of quantiles", async () => {
  const under = new TestedApp();
  const levels = Array.from({ length: 20 }, (_, i) => (i + 1) / 21);
  const cases: [quantiles: unknown, broken: string[]][] = [
    [levels.slice(0, 19), []],
    [levels, ["max"]],
    [[], ["min"]],
    [[0], ["min"]],
    [[1], ["max"]],
    [[0.5, 0.1, 0.5, 0.1], ["distinct", "distinct"]],
    [["0.5", 0.1, 0.1], ["number", "distinct"]],
    [[null], ["number"]],
    [0.5, ["array"]],
    [{ "0": 0.5 }, ["array"]],
  ];
  for (const [quantiles, broken] of cases) {
    const text = JSON.stringify(quantiles);
    assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { quantiles })), broken, text);
  }
  const onePath = { quantiles: [0.5], overrides: { sample_count: 1 } };
  assert.deepEqual(await brokenRules(under, seriesBody(4, 2, onePath)), ["several_paths"]);
});

Deno.test("quantiles or samples without a sample_count take KRONOS_DEFAULT_BAND_SAMPLES paths", async () => {
  const under = new TestedApp({
    environment: { KRONOS_DEFAULT_BAND_SAMPLES: "5", KRONOS_DEFAULT_SAMPLE_COUNT: "2" },
  });
  const { samples } = await under.predict(seriesBody(4, 2, { include_samples: true }));
  assert.equal(samples?.length, 5);
  await under.predict(seriesBody(4, 2, { quantiles: [0.5] }));
  await under.predict(seriesBody(4, 2, { include_samples: false }));
  const one = { include_samples: true, overrides: { sample_count: 1 } };
  assert.equal((await under.predict(seriesBody(4, 2, one))).samples?.length, 1);
  assert.deepEqual(under.inputs.map(({ paths }) => paths), [5, 5, 2, 1]);
});

Deno.test("switches are true, false or null", async () => {
  const under = new TestedApp();
  for (const name of ["include_samples", "include_warnings", "raw"]) {
    for (const value of ["true", 1, 0, [], {}]) {
      assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { [name]: value })), ["boolean"]);
    }
  }
});

function isConsistent({ open, high, low, close, volume, amount }: Candle): boolean {
  return high >= Math.max(open, close) && low <= Math.min(open, close) && low > 0 &&
    volume >= 0 && amount >= 0;
}

Deno.test("raw is the model's output untouched, otherwise each path is made consistent", async () => {
  // High far below the others, volume far below zero.
  const value = (_seed: number, path: number, _step: number, column: number) =>
    [0, -40, 40, 1, -99, -99][column] + path;
  const under = new TestedApp({ replica: { value } });
  const changes = { include_samples: true, quantiles: [0.1, 0.9], seed: 1 };
  const made = await under.predict(seriesBody(6, 2, changes));
  const raw = await under.predict(seriesBody(6, 2, { ...changes, raw: true }));
  const rowsOf = ({ prediction, quantiles = {}, samples = [] }: Prediction) =>
    [prediction, ...Object.values(quantiles), ...samples].flat();
  assert.ok(rowsOf(made).every(isConsistent));
  assert.ok(rowsOf(raw).every(({ high, low }) => high < low));
  assert.ok(rowsOf(raw).some(({ volume }) => volume < 0));
});

Deno.test("a forecast is valid input again", async () => {
  const under = new TestedApp({ replica: { value: () => -1e6 } });
  const body = seriesBody(4, 6, { quantiles: [0.05, 0.95], include_samples: true });
  const { prediction, quantiles = {}, samples = [] } = await under.predict(body);
  for (const rows of [prediction, ...Object.values(quantiles), ...samples]) {
    const candles = rows.map(({ timestamp: _, ...candle }) => candle);
    await under.predict({ ...seriesBody(6, 2), candles, prediction_timestamps: minutes(10, 2) });
  }
});

Deno.test("X-Kronos-Seed of a batch: one where all are the same, else all in order", async () => {
  const under = new TestedApp();
  const header = async (seeds: (number | undefined)[]) => {
    const items = seeds.map((seed) => seriesBody(2, 1, seed === undefined ? {} : { seed }));
    const response = await under.post(BATCH, batchBody(items));
    assert.equal(response.status, 200);
    const answers: Prediction[] = await response.json();
    return { seeds: response.headers.get("x-kronos-seed") ?? "", answers };
  };
  assert.equal((await header([7, 7, 7])).seeds, "7");
  assert.match((await header([undefined, undefined])).seeds, /^\d+$/);
  const { seeds, answers } = await header([3, undefined, 2 ** 53 - 1]);
  assert.match(seeds, /^3,\d+,9007199254740991$/);
  assert.deepEqual(answers.map(({ seed }) => seed), [3, undefined, 2 ** 53 - 1]);
  // More than a header takes: every item carries its own, also the one that asked for nothing.
  const many = Array.from({ length: 255 }, (_, i) => Number.MAX_SAFE_INTEGER - i);
  const crowd = await header([...many, undefined]);
  assert.equal(crowd.seeds, "see-answer");
  assert.deepEqual(
    crowd.answers.map(({ seed }) => seed),
    under.inputs.slice(-256).map(({ seed }) => seed),
  );
});
