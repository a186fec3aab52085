/** What a series may say and what it means: ids, candles, time stamps, overrides. */
import assert from "node:assert/strict";
import { type Prediction, SINGLE, TestedApp } from "./tested_app.ts";
import { brokenRules } from "./broken_rules.ts";
import { seriesBody } from "./series_body.ts";

const ANSWER_KEYS = ["series_id", "prediction", "model_version", "tokenizer_version"];
const CANDLE_KEYS = ["timestamp", "open", "high", "low", "close", "volume", "amount"];

Deno.test("a client that asks for nothing added sees nothing added", async () => {
  const under = new TestedApp();
  const response = await under.post(SINGLE, seriesBody(4, 3, { series_id: "BTCUSDT-1h" }));
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  const answer: Prediction = await response.json();
  assert.deepEqual(Object.keys(answer), ANSWER_KEYS);
  assert.equal(answer.series_id, "BTCUSDT-1h");
  assert.equal(answer.model_version, "fake-1");
  assert.equal(answer.tokenizer_version, "fake-tokenizer-1");
  assert.equal(answer.prediction.length, 3);
  for (const candle of answer.prediction) assert.deepEqual(Object.keys(candle), CANDLE_KEYS);
});

Deno.test("X-Kronos-Seed and Server-Timing come with every forecast", async () => {
  const under = new TestedApp();
  const seeds = new Set<string>();
  for (let i = 0; i < 5; i++) {
    const { headers } = await under.post(SINGLE, seriesBody());
    const seed = headers.get("x-kronos-seed") ?? "";
    assert.match(seed, /^\d+$/);
    assert.ok(Number.isSafeInteger(Number(seed)));
    assert.equal(under.inputs.at(-1)?.seed, Number(seed));
    seeds.add(seed);
    assert.match(
      headers.get("server-timing") ?? "",
      /^queue;dur=[\d.]+, tokenize;dur=[\d.]+, prefill;dur=[\d.]+, decode;dur=[\d.]+, total;dur=[\d.]+$/,
    );
  }
  assert.equal(seeds.size, 5, "each request draws its own");
});

Deno.test("series_id absent or null is null; overrides absent, null or empty are the defaults", async () => {
  const under = new TestedApp();
  for (const changes of [{}, { series_id: null }, { overrides: null }, { overrides: {} }]) {
    const answer = await under.predict(seriesBody(4, 2, changes));
    assert.equal(answer.series_id, null);
    const { sampling, paths } = under.inputs.at(-1)!;
    assert.deepEqual({ ...sampling, paths }, { temperature: 1, topK: 0, topP: 0.9, paths: 1 });
  }
  assert.equal((await under.predict(seriesBody(4, 2, { series_id: "" }))).series_id, "");
});

Deno.test("each override counts alone, and null is its default", async () => {
  const under = new TestedApp();
  const plain = { temperature: 1, topK: 0, topP: 0.9, paths: 1 };
  const cases: [overrides: object, expected: object][] = [
    [{ temperature: 0.5 }, { temperature: 0.5 }],
    [{ top_k: 7 }, { topK: 7 }],
    [{ top_p: 0.25 }, { topP: 0.25 }],
    [{ sample_count: 9 }, { paths: 9 }],
    [{ pred_len: 2 }, {}],
    ...["temperature", "top_k", "top_p", "sample_count", "pred_len"].map((
      name,
    ): [object, object] => [{ [name]: null }, {}]),
  ];
  for (const [overrides, expected] of cases) {
    await under.predict(seriesBody(4, 2, { overrides }));
    const { sampling, paths } = under.inputs.at(-1)!;
    assert.deepEqual({ ...sampling, paths }, { ...plain, ...expected }, JSON.stringify(overrides));
  }
});

Deno.test("limits of the overrides", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_SAMPLE_COUNT: "8" } });
  const cases: [overrides: object, broken: string[]][] = [
    [{ temperature: 10 }, []],
    [{ temperature: 1e-9 }, []],
    [{ temperature: 10.001 }, ["max"]],
    [{ temperature: 0 }, ["min"]],
    [{ temperature: -1 }, ["min"]],
    [{ temperature: "1" }, ["number"]],
    [{ top_k: 0 }, []],
    [{ top_k: 2 ** 31 }, []],
    [{ top_k: -1 }, ["min"]],
    [{ top_k: 1.5 }, ["int"]],
    [{ top_k: true }, ["number"]],
    [{ top_p: 1 }, []],
    [{ top_p: 1e-9 }, []],
    [{ top_p: 0 }, ["min"]],
    [{ top_p: 1.001 }, ["max"]],
    [{ sample_count: 1 }, []],
    [{ sample_count: 8 }, []],
    [{ sample_count: 9 }, ["max_sample_count"]],
    [{ sample_count: 0 }, ["min"]],
    [{ sample_count: 2.5 }, ["int"]],
    [{ pred_len: 2 }, []],
    [{ pred_len: 3 }, ["same_as_prediction_timestamps"]],
    [{ pred_len: 0 }, ["min"]],
    [{ pred_len: 513 }, ["max"]],
    [{ pred_len: 1e300 }, ["max"]],
  ];
  for (const [overrides, broken] of cases) {
    const text = JSON.stringify(overrides);
    assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { overrides })), broken, text);
  }
  for (const overrides of [[], "x", 5, true]) {
    assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { overrides })), ["object"]);
  }
});

Deno.test("defaults: request, then environment, then manifest, then built in", async () => {
  const manifest = { temperature: 0.2, topK: 20, topP: 0.2, paths: 2 };
  const environment = {
    KRONOS_DEFAULT_TEMPERATURE: "0.3",
    KRONOS_DEFAULT_TOP_K: "30",
    KRONOS_DEFAULT_TOP_P: "0.3",
    KRONOS_DEFAULT_SAMPLE_COUNT: "3",
  };
  const overrides = { temperature: 0.4, top_k: 40, top_p: 0.4, sample_count: 4 };
  const used = async (under: TestedApp, changes: object): Promise<object> => {
    await under.predict(seriesBody(4, 2, { ...changes }));
    const { sampling, paths } = under.inputs.at(-1)!;
    return { ...sampling, paths };
  };
  const all = new TestedApp({ environment, info: { defaults: manifest } });
  const asked = { temperature: 0.4, topK: 40, topP: 0.4, paths: 4 };
  const set = { temperature: 0.3, topK: 30, topP: 0.3, paths: 3 };
  assert.deepEqual(await used(all, { overrides }), asked);
  assert.deepEqual(await used(all, {}), set);
  const unset = new TestedApp({ info: { defaults: manifest } });
  assert.deepEqual(await used(unset, {}), manifest);
  assert.deepEqual(await used(unset, { overrides: { top_k: 0 } }), { ...manifest, topK: 0 });
});

Deno.test("a default above KRONOS_MAX_SAMPLE_COUNT refuses nobody: the most is taken", async () => {
  const environment = { KRONOS_MAX_SAMPLE_COUNT: "4", KRONOS_DEFAULT_SAMPLE_COUNT: "5" };
  const under = new TestedApp({ environment });
  await under.predict(seriesBody());
  await under.predict(seriesBody(4, 2, { quantiles: [0.5] }));
  assert.deepEqual(under.inputs.map(({ paths }) => paths), [4, 4]);
});

Deno.test("unknown keys are ignored at every level", async () => {
  const under = new TestedApp();
  const plain = seriesBody(4, 2, { overrides: { top_k: 3 }, seed: 5 });
  const expected = await under.predict(plain);
  const extra = { unknown: [{ deep: 1 }], constructor: 1, toString: null };
  const candles = plain.candles.map((candle) => ({ ...candle, ...extra }));
  const overrides = { top_k: 3, ...extra };
  assert.deepEqual(await under.predict({ ...plain, ...extra, candles, overrides }), expected);
});

Deno.test("an absent or null volume is 0, an absent or null amount is derived", async () => {
  const under = new TestedApp();
  const given = seriesBody(4, 2, { seed: 1 });
  const replace = (change: (candle: Record<string, unknown>) => object) => ({
    ...given,
    candles: given.candles.map(change),
  });
  const input = async (body: unknown): Promise<number[]> => {
    await under.predict(body);
    return [...under.inputs.at(-1)!.features];
  };
  const noVolume = await input(replace((candle) => ({ ...candle, volume: 0 })));
  assert.deepEqual(await input(replace((candle) => ({ ...candle, volume: null }))), noVolume);
  assert.deepEqual(await input(replace(({ volume: _, ...rest }) => rest)), noVolume);
  const mean = ({ open, high, low, close }: Record<string, unknown>): number =>
    (Number(open) + Number(high) + Number(low) + Number(close)) / 4;
  const derived = await input(
    replace((candle) => ({ ...candle, amount: Number(candle.volume) * mean(candle) })),
  );
  assert.notDeepEqual(derived, await input(given));
  assert.deepEqual(await input(replace((candle) => ({ ...candle, amount: null }))), derived);
  assert.deepEqual(await input(replace(({ amount: _, ...rest }) => rest)), derived);
  // Per row: one row's null does not touch the others.
  const mixed = given.candles.map((candle, i) => i === 1 ? { ...candle, amount: null } : candle);
  const amount = Number(given.candles[1].volume) * mean(given.candles[1]);
  const stated = given.candles.map((candle, i) => i === 1 ? { ...candle, amount } : candle);
  assert.deepEqual(
    await input({ ...given, candles: mixed }),
    await input({ ...given, candles: stated }),
  );
});

Deno.test("candles at the largest values get a forecast, a derived amount stays within its limit", async () => {
  const under = new TestedApp();
  const body = seriesBody(2048, 3);
  const prices = { open: 1e18, high: 1e18, low: 1e18, close: 1e18 };
  body.candles = body.candles.map((_, i) => ({ ...prices, volume: i % 2 === 0 ? 1e18 : 0.5e18 }));
  for (const { amount, high } of (await under.predict(body)).prediction) {
    assert.ok(amount <= 1e18 && high <= 1e18);
  }
});

Deno.test("limits and rules of a candle", async () => {
  const under = new TestedApp();
  const cases: [candle: object, broken: string[]][] = [
    [{ open: 1, high: 1, low: 1, close: 1 }, []],
    [{ low: Number.MIN_VALUE }, []],
    [{ open: 1e18, high: 1e18, low: 1, close: 1 }, []],
    [{ high: 1.0000001e18 }, ["max"]],
    [{ open: 0 }, ["min"]],
    [{ low: -1 }, ["min"]],
    [{ close: null }, ["number"]],
    [{ close: "101" }, ["number"]],
    [{ open: undefined }, ["required"]],
    [{ high: 100.5 }, ["high_is_highest"]],
    [{ low: 100.5 }, ["low_is_lowest"]],
    [{ high: 100, close: 100 }, []],
    [{ high: 99, low: 105 }, ["high_is_highest", "low_is_lowest"]],
    [{ volume: 0, amount: 0 }, []],
    [{ volume: 1e18, amount: 1e18 }, []],
    [{ volume: -1 }, ["min"]],
    [{ amount: -1 }, ["min"]],
    [{ volume: 1.1e18 }, ["max"]],
    [{ volume: "1" }, ["number"]],
  ];
  for (const [change, broken] of cases) {
    const body = seriesBody();
    body.candles[0] = { ...body.candles[0], ...change };
    assert.deepEqual(await brokenRules(under, body), broken, JSON.stringify(change));
  }
  for (const candle of [null, 5, "x", [], true]) {
    const broken = await brokenRules(under, { ...seriesBody(1), candles: [candle] });
    assert.deepEqual(broken, ["object"]);
  }
});

Deno.test("1 to 2048 candles, 1 to 512 steps", async () => {
  const under = new TestedApp();
  assert.deepEqual(await brokenRules(under, seriesBody(1, 1)), []);
  assert.deepEqual(await brokenRules(under, seriesBody(2048, 512)), []);
  assert.deepEqual(await brokenRules(under, seriesBody(2049, 513)), ["max", "max", "max"]);
  assert.deepEqual(await brokenRules(under, seriesBody(0, 0)), ["min", "min", "min"]);
  for (const name of ["candles", "timestamps", "prediction_timestamps"]) {
    for (const wrong of [null, 5, "x", {}, true]) {
      assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { [name]: wrong })), ["array"]);
    }
    assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { [name]: undefined })), [
      "required",
    ]);
  }
});

Deno.test("under KRONOS_CONTEXT_POLICY=exact no more steps than the context", async () => {
  const under = new TestedApp({ environment: { KRONOS_CONTEXT_POLICY: "exact" } });
  assert.deepEqual(await brokenRules(under, seriesBody(4, 64)), []);
  assert.equal(under.inputs[0].policy, "exact");
  assert.deepEqual(await brokenRules(under, seriesBody(4, 65)), ["max_context"]);
});

Deno.test("an id of more than 256 characters is refused", async () => {
  const under = new TestedApp();
  assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { series_id: "x".repeat(256) })), []);
  const long = seriesBody(4, 2, { series_id: "x".repeat(257) });
  assert.deepEqual(await brokenRules(under, long), ["max"]);
  assert.deepEqual(await brokenRules(under, seriesBody(4, 2, { series_id: 5 })), ["string"]);
});
