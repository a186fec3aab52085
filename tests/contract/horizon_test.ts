/** A horizon instead of prediction timestamps, and the calendar that it keeps to. */
import assert from "node:assert/strict";
import { allEvents } from "./stream_events.ts";
import { BATCH, type Prediction, STREAM, TestedApp } from "./tested_app.ts";
import { openTinyForecaster } from "./tiny_forecaster.ts";
import { brokenRules } from "./broken_rules.ts";
import { batchBody, minutes, seriesBody } from "./series_body.ts";

/** A body that asks for steps instead of stamps. */
function horizonBody(
  time: number,
  horizon: unknown,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { prediction_timestamps: _, ...body } = seriesBody(time, 1, { horizon, ...changes });
  return body;
}

function stampsOf({ prediction }: Prediction): string[] {
  return prediction.map(({ timestamp }) => timestamp);
}

const SESSION = { open: "09:30", close: "16:00", zone: "America/New_York" };

Deno.test("horizon: the forecast of the stamps that go on, bit by bit", async () => {
  await using tiny = await openTinyForecaster();
  const under = new TestedApp(tiny);
  const changes = { seed: 9, quantiles: [0.1, 0.9], events: [{ type: "max_drawdown" }] };
  const given = await under.predict(seriesBody(12, 5, changes));
  const counted = await under.predict(horizonBody(12, 5, { ...changes, calendar: "24/7" }));
  assert.deepEqual({ ...counted, warnings: null }, { ...given, warnings: null });
});

Deno.test("horizon: alone and in a batch, beside items that send their stamps", async () => {
  const under = new TestedApp();
  const items = [horizonBody(4, 3, { seed: 1 }), seriesBody(4, 3, { seed: 1 })];
  const response = await under.post(BATCH, batchBody(items));
  const answers: Prediction[] = await response.json();
  assert.deepEqual(answers[0].prediction, answers[1].prediction);
  assert.deepEqual(stampsOf(answers[0]), minutes(4, 3));
  assert.equal(typeof (await under.predict(horizonBody(4, 3))).seed, "number");
});

Deno.test("horizon: streamed with its stamps, probabilities and warnings in the summary", async () => {
  const under = new TestedApp();
  const body = horizonBody(4, 3, { seed: 1, events: [{ type: "close_above", level: 1e6 }] });
  const told = await allEvents(await under.post(STREAM, body));
  const { events, warnings } = await under.predict(body);
  assert.deepEqual(told.slice(1, 4).map(({ data }) => data.candle.timestamp), minutes(4, 3));
  assert.deepEqual([told[4].data.events, told[4].data.warnings], [events, warnings]);
});

Deno.test("calendar: weekdays, hours by zone through daylight saving, the input's own where absent", async () => {
  const under = new TestedApp();
  const friday = [
    "2024-03-08T13:30:00-05:00",
    "2024-03-08T14:30:00-05:00",
    "2024-03-08T15:30:00-05:00",
  ];
  const cases: [calendar: unknown, timestamps: string[], expected: string[]][] = [
    ["24/7", ["2024-01-04", "2024-01-05"], ["2024-01-06", "2024-01-07"]],
    ["weekdays", ["2024-01-04", "2024-01-05"], ["2024-01-08", "2024-01-09"]],
    [{ session: SESSION }, friday, ["2024-03-11T09:30:00-04:00", "2024-03-11T10:30:00-04:00"]],
    [
      { session: { ...SESSION, days: [7] } },
      friday.map((text) => text.slice(0, 19)),
      ["2024-03-10T09:30:00", "2024-03-10T10:30:00"],
    ],
    [null, ["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09", "2024-01-12"], [
      "2024-01-15",
      "2024-01-16",
    ]],
  ];
  for (const [calendar, timestamps, expected] of cases) {
    const body = horizonBody(timestamps.length, 2, { timestamps, calendar });
    assert.deepEqual(stampsOf(await under.predict(body)), expected, JSON.stringify(calendar));
  }
});

Deno.test("rules of horizon", async () => {
  const under = new TestedApp({ info: { maxContext: 64 } });
  const cases: [body: Record<string, unknown>, broken: string[]][] = [
    [horizonBody(2, 1), []],
    [horizonBody(2, 512), []],
    [horizonBody(2, 513), ["max"]],
    [horizonBody(2, 0), ["min"]],
    [horizonBody(2, 1.5), ["int"]],
    [horizonBody(2, "5"), ["number"]],
    [horizonBody(2, null), ["required"]],
    [horizonBody(1, 1), ["several_timestamps"]],
    [horizonBody(2, 1, { timestamps: ["2024-01-01", "2024-01-01"] }), ["strictly_ascending"]],
    [horizonBody(2, 1, { timestamps: ["9999-12-30", "9999-12-31"] }), ["max_year"]],
    [horizonBody(2, 2, { overrides: { pred_len: 3 } }), ["same_as_prediction_timestamps"]],
    [horizonBody(2, 2, { overrides: { pred_len: 2 } }), []],
    [horizonBody(2, 2, { prediction_timestamps: null }), []],
    [seriesBody(2, 1, { horizon: 1 }), ["one_of_two"]],
    [seriesBody(2, 1, { horizon: null }), []],
    [seriesBody(2, 1, { prediction_timestamps: [], horizon: 0 }), ["min", "one_of_two", "min"]],
  ];
  for (const [body, broken] of cases) {
    const text = JSON.stringify({ ...body, candles: [] });
    assert.deepEqual((await brokenRules(under, body)).toSorted(), broken.toSorted(), text);
  }
  const exact = new TestedApp({ environment: { KRONOS_CONTEXT_POLICY: "exact" } });
  const { details } = await exact.refusal(horizonBody(2, 65));
  assert.deepEqual([details?.field, details?.constraint], ["horizon", "max_context"]);
});

Deno.test("rules of calendar, told by field and index", async () => {
  const under = new TestedApp();
  const session = (changes: object) => ({ session: { ...SESSION, ...changes } });
  const cases: [calendar: unknown, broken: [field: string, rule: string, index?: number][]][] = [
    ["24/5", [["calendar", "calendar"]]],
    [[], [["calendar", "calendar"]]],
    [5, [["calendar", "calendar"]]],
    [{}, [["calendar.session", "required"]]],
    [{ session: "09:30" }, [["calendar.session", "object"]]],
    [{ session: {} }, [["calendar.session.open", "required"], [
      "calendar.session.close",
      "required",
    ]]],
    [session({ open: "9:30", close: "24:01" }), [["calendar.session.open", "clock"], [
      "calendar.session.close",
      "clock",
    ]]],
    [session({ open: "24:00" }), [["calendar.session.open", "clock"]]],
    [session({ close: "24:00" }), []],
    [session({ zone: "Mars/Olympus" }), [["calendar.session.zone", "time_zone"]]],
    [session({ zone: "2024-01-01T00:00[UTC]" }), [["calendar.session.zone", "time_zone"]]],
    [session({ zone: "+05:30" }), []],
    [session({ zone: null, days: null }), []],
    [session({ days: [] }), [["calendar.session.days", "min"]]],
    [session({ days: [1, 8] }), [["calendar.session.days", "max", 1]]],
  ];
  for (const [calendar, broken] of cases) {
    const body = horizonBody(4, 2, { calendar });
    if (broken.length === 0) {
      await under.predict(body);
      continue;
    }
    const { details } = await new TestedApp().refusal(body);
    assert.deepEqual(
      details?.issues?.map(({ field, constraint, index }) => [field, constraint, index]),
      broken.map(([field, rule, index]) => [field, rule, index]),
      JSON.stringify(calendar),
    );
  }
});
