/** Time stamps of a series: their forms, their order, their zones. */
import assert from "node:assert/strict";
import { TestedApp } from "./tested_app.ts";
import { minutes, seriesBody } from "./series_body.ts";
import { brokenRules } from "./broken_rules.ts";

Deno.test("time stamps: every form is taken and echoed as sent", async () => {
  const under = new TestedApp();
  const cases: [past: string[], future: string[]][] = [
    [["2024-01-01", "2024-01-02"], ["2024-01-03", "2024-01-04T00:00"]],
    [["2024-01-01T09:30", "2024-01-01 09:31"], ["2024-01-01 09:32:00", "2024-01-01T09:33:00,5"]],
    [["2024-01-01T09:30:00.1", "2024-01-01T09:30:00.123456"], [
      "2024-01-01T09:30:00.123457",
      "2024-01-01T09:30:00.123458999",
    ]],
    [["2024-01-01T09:30:00Z", "2024-01-01T09:31:00+00:00"], [
      "2024-01-01T09:32:00-00:00",
      "2024-01-01 09:33:00Z",
    ]],
    // Daylight saving: the wall clock stands still, the instants go on.
    [["2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"], [
      "2024-10-27T03:00:00+01",
      "2024-10-27T08:45:00+0545",
    ]],
    [["0001-01-01T00:00:00", "2024-02-29"], ["9999-12-31T23:59:59.999999"]],
  ];
  for (const [timestamps, prediction_timestamps] of cases) {
    const body = seriesBody(timestamps.length, prediction_timestamps.length, {
      timestamps,
      prediction_timestamps,
    });
    const { prediction } = await under.predict(body);
    assert.deepEqual(prediction.map(({ timestamp }) => timestamp), prediction_timestamps);
  }
});

Deno.test("time features are the wall clock as written, never shifted to UTC", async () => {
  const under = new TestedApp();
  await under.predict(seriesBody(1, 2, {
    timestamps: ["2024-03-31T23:59:00-11:00"],
    prediction_timestamps: ["2024-04-01T12:30:00Z", "2024-04-02T05:45:00+14:00"],
  }));
  assert.deepEqual([...under.inputs[0].stamps], [
    ...[59, 23, 6, 31, 3], // a Sunday
    ...[30, 12, 0, 1, 4],
    ...[45, 5, 1, 2, 4],
  ]);
});

Deno.test("time stamps: what is refused, and by which rule", async () => {
  const under = new TestedApp();
  const [a, b] = ["2024-01-01T09:30:00", "2024-01-01T09:31:00"];
  const order = "strictly_ascending";
  const cases: [past: unknown[], future: unknown[], broken: string[]][] = [
    [["2024-02-30", b], ["2025-01-01"], ["iso8601"]],
    [["yesterday", "1704100000", "01/02/2024"], ["2025-01-01"], ["iso8601", "iso8601", "iso8601"]],
    [[a, a], ["2025-01-01"], [order]],
    [[b, a], ["2025-01-01"], [order]],
    [[a, b], [b], ["after_last_input"]],
    [[a, b], [a, "2024-01-01T09:30:30", "2025-01-01"], ["after_last_input", "after_last_input"]],
    [[a, b], ["2025-01-02", "2025-01-01"], [order]],
    // The same microsecond.
    [["2024-01-01T09:30:00.1234561", "2024-01-01T09:30:00.1234569"], ["2025-01-01"], [order]],
    [["2024-01-01T10:30:00+01:00", "2024-01-01T09:30:00Z"], ["2025-01-01T00:00:00Z"], [order]],
    [[a, `${b}Z`], ["2025-01-01"], ["one_kind_of_zone"]],
    [[a, `${b}Z`, "2024-01-01T09:32:00"], ["2025-01-01"], ["one_kind_of_zone"]],
    [[a, b], ["2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"], [
      "one_kind_of_zone",
      "one_kind_of_zone",
    ]],
    [[`${a}Z`, `${b}Z`], ["2025-01-01"], ["one_kind_of_zone"]],
    [[a, 5], ["2025-01-01"], ["string"]],
    [[a, null], ["2025-01-01"], ["string"]],
    [[a, "x".repeat(65)], ["2025-01-01"], ["max"]],
    [[5, b, a], ["2025-01-01"], ["string", order]],
  ];
  for (const [timestamps, prediction_timestamps, broken] of cases) {
    const body = seriesBody(timestamps.length, 1, { timestamps, prediction_timestamps });
    assert.deepEqual(await brokenRules(under, body), broken, JSON.stringify(timestamps));
  }
});

Deno.test("as many time stamps as candles", async () => {
  const under = new TestedApp();
  const body = seriesBody(4, 2, { timestamps: minutes(0, 3) });
  assert.deepEqual(await brokenRules(under, body), ["same_length_as_candles"]);
});
