/** Several series in one request: any mixture, one order, all or nothing. */
import assert from "node:assert/strict";
import { BATCH, errorOf, type Prediction, TestedApp } from "./tested_app.ts";
import { batchBody, seriesBody } from "./series_body.ts";

async function predicted(under: TestedApp, body: unknown): Promise<Prediction[]> {
  const response = await under.post(BATCH, body);
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

Deno.test("a batch mixes lengths, horizons and overrides, and answers in its order", async () => {
  const under = new TestedApp();
  const items = [
    seriesBody(4, 2, { seed: 1 }),
    seriesBody(1, 7, { seed: 2, overrides: { sample_count: 3, temperature: 2 } }),
    seriesBody(300, 1, { seed: 3, quantiles: [0.2, 0.8] }),
    seriesBody(4, 40, { seed: 4, raw: true, overrides: { top_k: 1, pred_len: 40 } }),
    seriesBody(2, 2, { seed: 1, include_samples: true, include_warnings: true }),
    seriesBody(2, 2, { timestamps: ["2024-01-01", "2024-01-02"] }),
  ].map((item) => ({ ...item, prediction_timestamps: daysFrom2025(item) }));
  const answers = await predicted(under, batchBody(items));
  assert.deepEqual(answers.map(({ series_id }) => series_id), ["s0", "s1", "s2", "s3", "s4", "s5"]);
  assert.deepEqual(answers.map(({ prediction }) => prediction.length), [2, 7, 1, 40, 2, 2]);
  const seeded = batchBody(items).items.slice(0, 5);
  const alone = await Promise.all(seeded.map((item) => under.predict(item)));
  assert.deepEqual(answers.slice(0, 5), alone, "each as if it had come alone");
});

function daysFrom2025({ prediction_timestamps }: { prediction_timestamps: string[] }): string[] {
  const start = Date.UTC(2025, 0, 1);
  return prediction_timestamps.map((_, i) =>
    new Date(start + i * 86_400_000).toISOString().slice(0, 10)
  );
}

Deno.test("two items may have the same id", async () => {
  const under = new TestedApp();
  const item = seriesBody(2, 1, { series_id: "twin" });
  const answers = await predicted(under, { items: [item, item] });
  assert.deepEqual(answers.map(({ series_id }) => series_id), ["twin", "twin"]);
});

Deno.test("an invalid item refuses the batch and is named; nothing is computed", async () => {
  const under = new TestedApp();
  const bad = seriesBody();
  bad.candles[2] = { ...bad.candles[2], low: 200 };
  const body = batchBody([seriesBody(), seriesBody(), seriesBody(), bad]);
  const { message, details } = await under.refusal(body, BATCH);
  assert.equal(
    message,
    "Invalid input: items[3].candles.low at index 2 must be at most open and close",
  );
  const { issues, ...first } = details!;
  assert.deepEqual(first, {
    field: "items[3].candles.low",
    index: 2,
    value: 200,
    constraint: "low_is_lowest",
  });
  assert.equal(issues?.length, 1);
});

Deno.test("series_id is required in a batch", async () => {
  const under = new TestedApp();
  const cases: [id: object, expected: object][] = [
    [{}, { constraint: "required" }],
    [{ series_id: null }, { value: null, constraint: "string" }],
    [{ series_id: 5 }, { value: 5, constraint: "string" }],
  ];
  for (const [id, expected] of cases) {
    const body = { items: [{ ...seriesBody(), ...id }] };
    const { details } = await under.refusal(body, BATCH);
    const { issues: _, ...first } = details!;
    assert.deepEqual(first, { field: "items[0].series_id", ...expected });
  }
  assert.equal(
    (await predicted(under, { items: [seriesBody(2, 1, { series_id: "" })] })).length,
    1,
  );
});

Deno.test("items: 1 to KRONOS_MAX_BATCH_ITEMS objects", async () => {
  const under = new TestedApp();
  const item = seriesBody(1, 1, { series_id: "x" });
  const all = Array.from({ length: 257 }, () => item);
  const cases: [body: unknown, expected: object, message: string][] = [
    [
      { items: all },
      { field: "items", constraint: "max" },
      "items must have at most 256 entries (KRONOS_MAX_BATCH_ITEMS)",
    ],
    [{ items: [] }, { field: "items", constraint: "min" }, "items must have at least 1 entry"],
    [{}, { field: "items", constraint: "required" }, "items is required"],
    [
      { items: null },
      { field: "items", value: null, constraint: "array" },
      "items must be an array",
    ],
    [{ items: {} }, { field: "items", constraint: "array" }, "items must be an array"],
    [
      { items: [item, [], 5] },
      { field: "items[1]", constraint: "object" },
      "items[1] must be an object",
    ],
    [[], { field: "", constraint: "object" }, "the request must be a JSON object"],
    ["null", { field: "", value: null, constraint: "object" }, "the request must be a JSON object"],
  ];
  for (const [body, expected, message] of cases) {
    const error = await under.refusal(body, BATCH);
    const { issues: _, ...first } = error.details!;
    assert.deepEqual(first, expected);
    assert.equal(error.message, `Invalid input: ${message}`);
  }
  assert.equal((await predicted(under, { items: all.slice(1) })).length, 256);
});

Deno.test("KRONOS_MAX_BATCH_ITEMS sets the limit of items", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_BATCH_ITEMS: "2" } });
  const items = Array.from({ length: 3 }, () => seriesBody(1, 1));
  await under.refusal(batchBody(items), BATCH);
  assert.equal((await predicted(under, batchBody(items.slice(1)))).length, 2);
});

Deno.test("an answer of more candles than KRONOS_MAX_RESPONSE_ROWS is a 422 that says so", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_RESPONSE_ROWS: "30" } });
  const overrides = { sample_count: 3 };
  // 5 steps of a mean, two quantiles and three paths.
  const banded = seriesBody(2, 5, { quantiles: [0.1, 0.9], include_samples: true, overrides });
  const { message, details } = await under.refusal(batchBody([banded, seriesBody(2, 1)]), BATCH);
  const text = "the request asks for 31 candles, more than 30 (KRONOS_MAX_RESPONSE_ROWS)";
  assert.equal(message, `Invalid input: ${text}`);
  assert.equal(details?.constraint, "max_response_rows");
  await under.refusal(seriesBody(2, 31));
  assert.equal((await predicted(under, batchBody([banded]))).length, 1);
  await under.predict(seriesBody(2, 30));
});

Deno.test("a batch with a series that fails answers none of them", async () => {
  const under = new TestedApp({
    replica: {
      pause: () => Promise.resolve(),
      failure: (call, seeds) =>
        call === "decode" && seeds.includes(13) ? new Error("out of memory") : undefined,
    },
  });
  const items = [seriesBody(2, 1, { seed: 1 }), seriesBody(2, 1, { seed: 13 })];
  await errorOf(await under.post(BATCH, batchBody(items)), 500, "InferenceFailed");
});
