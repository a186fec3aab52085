/** How problems of a request are told: all at once, in document order, each by field, index and value. */
import assert from "node:assert/strict";
import { BATCH, TestedApp } from "./tested_app.ts";
import { batchBody, seriesBody } from "./series_body.ts";

/** Field and, where there is one, index of each issue. */
function places(issues: readonly Readonly<Record<string, unknown>>[]): string[] {
  return issues.map(({ field, index }) => index === undefined ? `${field}` : `${field} ${index}`);
}

Deno.test("field and index: the path's index of items stays, the one below is taken out", async () => {
  const low = seriesBody(9, 1);
  low.candles[7] = { ...low.candles[7], low: -1 };
  const stamps = seriesBody(43, 1);
  stamps.timestamps[42] = stamps.timestamps[41];
  const item6 = seriesBody(9, 1);
  item6.timestamps[6] = "never";
  const [ok, one] = [seriesBody(2, 1), seriesBody(1, 1)];
  const cases: [body: unknown, path: string | undefined, field: string, index?: number][] = [
    [stamps, undefined, "timestamps", 42],
    [low, undefined, "candles.low", 7],
    [batchBody([ok, ok, ok, item6]), BATCH, "items[3].timestamps", 6],
    [batchBody([ok, ok, ok, low]), BATCH, "items[3].candles.low", 7],
    [{ items: [one] }, BATCH, "items[0].series_id"],
    [seriesBody(2, 1, { quantiles: [2] }), undefined, "quantiles", 0],
    [seriesBody(2, 1, { overrides: { top_p: 2 } }), undefined, "overrides.top_p"],
    [seriesBody(2, 1, { candles: [null, {}] }), undefined, "candles", 0],
    [batchBody([ok, { ...ok, overrides: { top_k: -1 } }]), BATCH, "items[1].overrides.top_k"],
  ];
  for (const [body, path, field, index] of cases) {
    const { details } = await new TestedApp().refusal(body, path);
    assert.deepEqual([details?.field, details?.index], [field, index]);
    assert.equal(Object.hasOwn(details ?? {}, "index"), index !== undefined);
  }
});

Deno.test("the contract's example: a stamp that is not later than the one before", async () => {
  const body = seriesBody(2, 1, { timestamps: ["2024-01-15T11:00:00Z", "2024-01-15T10:00:00Z"] });
  const { message, details } = await new TestedApp().refusal({
    ...body,
    prediction_timestamps: ["2024-01-16T00:00:00Z"],
  });
  const issue = {
    field: "timestamps",
    index: 1,
    value: "2024-01-15T10:00:00Z",
    constraint: "strictly_ascending",
  };
  const text = "timestamps at index 1 must be later than 2024-01-15T11:00:00Z";
  assert.equal(message, `Invalid input: ${text}`);
  assert.deepEqual(details, { ...issue, issues: [{ message: text, ...issue }] });
});

Deno.test("value: a scalar as sent, a text cut to 100 characters, absent for objects and arrays", async () => {
  const cases: [sent: unknown, expected: unknown][] = [
    [5, 5],
    [-0.5, -0.5],
    [true, true],
    [false, false],
    ["x".repeat(100), "x".repeat(100)],
    ["x".repeat(101), "x".repeat(100)],
    ["", ""],
    [{ a: 1 }, undefined],
    [[1], undefined],
  ];
  for (const [sent, expected] of cases) {
    const { details } = await new TestedApp().refusal(seriesBody(2, 1, {
      overrides: {
        temperature: typeof sent === "number" ? -Math.abs(sent) : sent,
      },
    }));
    const value = typeof expected === "number" ? -Math.abs(expected) : expected;
    assert.equal(details?.field, "overrides.temperature");
    assert.deepEqual(details?.value, value);
    assert.equal(Object.hasOwn(details ?? {}, "value"), expected !== undefined);
  }
  const infinite = JSON.stringify(seriesBody(2, 1)).replace('"open":100', '"open":1e400');
  assert.equal((await new TestedApp().refusal(infinite)).details?.value, "Infinity");
  const absent = await new TestedApp().refusal({});
  assert.equal(Object.hasOwn(absent.details ?? {}, "value"), false);
});

Deno.test("all problems of a request are told at once, in the order of its document", async () => {
  const body = {
    raw: "no",
    prediction_timestamps: ["2024-01-01T09:00:00Z", "2024-01-01", 7],
    seed: -1,
    timestamps: ["2024-01-02", "2024-02-30", "2024-01-01"],
    quantiles: [0.5, 0.5, 3],
    overrides: { top_p: 2, pred_len: 9, temperature: 0, sample_count: 1 },
    candles: [
      { close: 1, high: 0.5, open: "x", low: 2 },
      5,
    ],
    series_id: {},
  };
  const { details, message } = await new TestedApp().refusal(body);
  assert.deepEqual(places(details?.issues ?? []), [
    "raw",
    "prediction_timestamps 0",
    "prediction_timestamps 1",
    "prediction_timestamps 2",
    "seed",
    "timestamps",
    "timestamps 1",
    "timestamps 2",
    "quantiles",
    "quantiles 1",
    "quantiles 2",
    "overrides.top_p",
    "overrides.pred_len",
    "overrides.temperature",
    "candles.high 0",
    "candles.open 0",
    "candles.low 0",
    "candles 1",
    "series_id",
  ]);
  const { issues, ...first } = details!;
  const { message: text, ...same } = issues![0];
  assert.deepEqual(first, same);
  assert.equal(message, `Invalid input: ${text}`);
});

Deno.test("absent fields come after those that are there", async () => {
  const { details } = await new TestedApp().refusal({ overrides: { top_p: 2 }, seed: "x" });
  assert.deepEqual(places(details?.issues ?? []), [
    "overrides.top_p",
    "seed",
    "candles",
    "timestamps",
    "prediction_timestamps",
  ]);
});

Deno.test("items are told in their order, the fields of each in its own", async () => {
  const items = [
    { raw: 1, seed: -1, ...seriesBody(2, 1), series_id: "a" },
    seriesBody(2, 1, { series_id: "b" }),
    { seed: -1, raw: 1, ...seriesBody(2, 1), series_id: "c" },
  ];
  const { details } = await new TestedApp().refusal({ items }, BATCH);
  assert.deepEqual(places(details?.issues ?? []), [
    "items[0].raw",
    "items[0].seed",
    "items[2].seed",
    "items[2].raw",
  ]);
});

Deno.test("up to 50 problems are told, the first ones", async () => {
  const many = (count: number) => {
    const body = seriesBody(200, 1);
    for (let i = 0; i < count; i++) body.candles[i].volume = -1;
    return body;
  };
  const indices = Array.from({ length: 50 }, (_, i) => `candles.volume ${i}`);
  for (const [count, told] of [[49, 49], [50, 50], [51, 50], [200, 50]]) {
    const { details } = await new TestedApp().refusal(many(count));
    assert.deepEqual(places(details?.issues ?? []), indices.slice(0, told));
  }
  const items = [many(30), seriesBody(2, 1), many(30), many(30)];
  const { details } = await new TestedApp().refusal(batchBody(items), BATCH);
  assert.deepEqual(places(details?.issues ?? []), [
    ...Array.from({ length: 30 }, (_, i) => `items[0].candles.volume ${i}`),
    ...Array.from({ length: 20 }, (_, i) => `items[2].candles.volume ${i}`),
  ]);
});

Deno.test("messages are ours: no library's words", async () => {
  const { details } = await new TestedApp().refusal({
    series_id: 1,
    candles: [{ open: null, high: 0, low: 1e19, close: true, volume: "a", amount: -1 }, null],
    timestamps: [1],
    prediction_timestamps: {},
    overrides: { top_k: 0.5, pred_len: "x" },
    seed: 2 ** 60,
    raw: 0,
  });
  assert.deepEqual(details?.issues?.map(({ message }) => message), [
    "series_id must be a string",
    "candles.open at index 0 must be a finite number",
    "candles.high at index 0 must be greater than 0",
    "candles.low at index 0 must be at most 1000000000000000000",
    "candles.close at index 0 must be a finite number",
    "candles.volume at index 0 must be a finite number",
    "candles.amount at index 0 must be at least 0",
    "candles at index 1 must be an object",
    "timestamps must be as many as candles: 1 for 2",
    "timestamps at index 0 must be a string",
    "prediction_timestamps must be an array",
    "overrides.top_k must be a whole number",
    "overrides.pred_len must be a finite number",
    "seed must be at most 9007199254740991",
    "raw must be true or false",
  ]);
});
