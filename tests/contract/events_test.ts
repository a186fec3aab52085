/** Events: how likely, from the sample paths; their rules and their answers. */
import assert from "node:assert/strict";
import { BATCH, type Prediction, TestedApp } from "./tested_app.ts";
import { brokenRules } from "./broken_rules.ts";
import { batchBody, seriesBody } from "./series_body.ts";

/** One of each kind. */
const EVENTS = [
  { type: "close_above", level: 102, step: 2 },
  { type: "close_below", level: 102, step: 2 },
  { type: "touch_above", level: 102, step: 3 },
  { type: "touch_below", level: 102, step: 3 },
  { type: "range", low: 60, high: 102.5, step: 1 },
  { type: "max_drawdown", step: 3 },
];

Deno.test("events: answered in order with what was asked, from the sample paths", async () => {
  const under = new TestedApp();
  const body = seriesBody(6, 3, { events: EVENTS, include_samples: true, seed: 1 });
  const { events = [], samples = [] } = await under.predict<Prediction>(body);
  assert.equal(samples.length, 32);
  const share = (holds: (path: Prediction["prediction"]) => boolean) =>
    samples.filter(holds).length / samples.length;
  const shares = [
    share((path) => path[1].close > 102),
    share((path) => path[1].close < 102),
    share((path) => path.some(({ high }) => high >= 102)),
    share((path) => path.some(({ low }) => low <= 102)),
    share(([{ high, low }]) => low > 60 && high < 102.5),
  ];
  assert.deepEqual(
    events.slice(0, 5).map(({ standard_error: _, ...event }) => event),
    EVENTS.slice(0, 5).map((event, i) => ({ ...event, probability: shares[i] })),
  );
  for (const { probability, standard_error } of events.slice(0, 5)) {
    const p = Math.min(Math.max(Number(probability), 1 / 64), 63 / 64);
    assert.ok(Math.abs(Number(standard_error) - Math.sqrt(p * (1 - p) / 32)) < 1e-12);
  }
  const { expected, quantiles, ...rest } = events[5];
  assert.deepEqual(Object.keys(rest), ["type", "step", "standard_error"]);
  const falls = samples.map((path) => {
    let [peak, fall] = [body.candles[5].close as number, 0];
    for (const { close } of path) {
      peak = Math.max(peak, close);
      fall = Math.max(fall, 1 - close / peak);
    }
    return fall;
  });
  const mean = falls.reduce((sum, fall) => sum + fall) / falls.length;
  assert.ok(Math.abs(Number(expected) - mean) < 1e-12);
  assert.deepEqual(Object.keys(quantiles ?? {}), ["0.1", "0.5", "0.9"]);
});

Deno.test("events: a drawdown's quantiles are at the levels of the request", async () => {
  const body = seriesBody(6, 3, { events: [{ type: "max_drawdown" }], quantiles: [0.95, 0.25] });
  const [{ step, quantiles }] = (await new TestedApp().predict(body)).events ?? [];
  assert.deepEqual([step, Object.keys(quantiles ?? {})], [3, ["0.95", "0.25"]]);
});

Deno.test("events: without a step, at the horizon; without a sample_count, enough paths", async () => {
  const under = new TestedApp({ environment: { KRONOS_DEFAULT_BAND_SAMPLES: "7" } });
  for (const step of [undefined, null]) {
    const event = { type: "close_above", level: 100, step };
    const { events = [], seed } = await under.predict(seriesBody(4, 2, { events: [event] }));
    assert.equal(events[0].step, 2);
    assert.equal(typeof seed, "number", "an added field: the answer carries the seed");
  }
  assert.deepEqual(under.inputs.map(({ paths }) => paths), [7, 7]);
});

Deno.test("events: an item of a batch has the probabilities that it has alone", async () => {
  const under = new TestedApp();
  const items = [seriesBody(4, 3, { events: EVENTS, seed: 3 }), seriesBody(4, 3, { seed: 3 })];
  const answers: Prediction[] = await (await under.post(BATCH, batchBody(items))).json();
  assert.deepEqual(answers[0].events, (await under.predict(items[0])).events);
  assert.equal(Object.hasOwn(answers[1], "events"), false);
});

Deno.test("rules of events", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_EVENTS: "3" } });
  const event = { type: "close_above", level: 100, step: 1 };
  const cases: [events: unknown, broken: string[]][] = [
    [[event, event, event], []],
    [null, []],
    [[event, event, event, event], ["max"]],
    [[], ["min"]],
    [event, ["array"]],
    [["close_above", 5, null], ["object", "object", "object"]],
    [[{}], ["required"]],
    [[{ ...event, type: "open_above" }], ["one_of"]],
    [[{ ...event, type: 5 }], ["one_of"]],
    [[{ type: "touch_below" }], ["required"]],
    [[{ ...event, level: 0, step: 0 }], ["min", "min"]],
    [[{ ...event, level: 1e19, step: 1.5 }], ["max", "int"]],
    [[{ ...event, step: 3 }], ["within_horizon"]],
    [[{ type: "range", low: 2, step: 3 }], ["required", "within_horizon"]],
    [[{ type: "range", low: 2, high: 2 }, { type: "range", low: 3, high: 2 }], [
      "low_below_high",
      "low_below_high",
    ]],
    [[{ type: "max_drawdown", step: "1" }], ["number"]],
  ];
  for (const [events, broken] of cases) {
    const text = JSON.stringify(events);
    const found = await brokenRules(under, seriesBody(4, 2, { events }));
    assert.deepEqual(found.toSorted(), broken.toSorted(), text);
  }
  const onePath = { events: [event], overrides: { sample_count: 1 } };
  assert.deepEqual(await brokenRules(under, seriesBody(4, 2, onePath)), ["several_paths"]);
});

Deno.test("events: every problem is told at once, by field and index", async () => {
  const events = [
    { type: "close_above", level: -1, step: 1 },
    { type: "range", low: 5, high: 4, step: 9 },
    { type: "sideways" },
  ];
  const places = (issues: readonly Readonly<Record<string, unknown>>[] = []) =>
    issues.map(({ field, index, value }) => [field, index, value]);
  const body = seriesBody(4, 2, { events });
  const { details } = await new TestedApp().refusal(body);
  assert.deepEqual(places(details?.issues), [
    ["events.level", 0, -1],
    ["events.low", 1, 5],
    ["events.step", 1, 9],
    ["events.type", 2, "sideways"],
  ]);
  const batch = await new TestedApp().refusal(batchBody([seriesBody(2, 1), body]), BATCH);
  assert.deepEqual(places(batch.details?.issues).slice(2), [
    ["items[1].events.step", 1, 9],
    ["items[1].events.type", 2, "sideways"],
  ]);
});
