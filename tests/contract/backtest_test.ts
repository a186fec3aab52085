/** Backtests of the client's own candles. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DrainingError } from "../../src/forecast/errors.ts";
import { allEvents, eventsOf, type StreamEvent } from "./stream_events.ts";
import { minutes, seriesBody } from "./series_body.ts";
import { validSeries } from "./valid_series.ts";
import { BACKTEST, errorOf, TestedApp } from "./tested_app.ts";

const NDJSON = { "Content-Type": "application/json", Accept: "application/x-ndjson" };

/** A body of so many candles, with changes. */
function backtestBody(
  time: number,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { candles, timestamps } = seriesBody(time);
  return { candles, timestamps, seed: 1, overrides: { sample_count: 4 }, ...changes };
}

/** A window of an answer, as far as the tests look into it. */
interface WindowDocument {
  readonly window: number;
  readonly origin: string;
  readonly last_close: number;
  readonly timestamps: readonly string[];
  readonly actual: readonly number[];
  readonly mean: readonly number[];
  readonly bands: Readonly<Record<string, { low: readonly number[]; high: readonly number[] }>>;
}

/** A whole answer, likewise. */
interface BacktestDocument {
  readonly windows: readonly WindowDocument[];
  readonly [field: string]: unknown;
}

async function answered(under: TestedApp, body: object): Promise<BacktestDocument> {
  const response = await under.post(BACKTEST, body);
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

/** The constraints that a body breaks. */
async function broken(body: unknown, environment = {}): Promise<unknown[]> {
  const under = new TestedApp({ environment });
  const { details } = await under.refusal(body, BACKTEST);
  return (details?.issues ?? []).map(({ field, constraint }) => [field, constraint]);
}

Deno.test("a backtest's windows end with the last candle, and say what came and what was expected", async () => {
  const under = new TestedApp();
  const { windows, ...answer } = await answered(
    under,
    backtestBody(40, { horizon: 3, windows: 4, context: 20, series_id: "s" }),
  );
  const { series_id, horizon, step, context, sample_count, seed } = answer;
  assert.deepEqual([series_id, horizon, step, context, sample_count, seed], ["s", 3, 3, 20, 4, 1]);
  assert.deepEqual(windows.map(({ window }) => window), [1, 2, 3, 4]);
  const stamps = minutes(0, 40);
  const { candles } = seriesBody(40);
  windows.forEach(({ origin, last_close, timestamps, actual, mean, bands }, i) => {
    const start = 40 - 3 * (4 - i);
    assert.equal(origin, stamps[start - 1]);
    assert.equal(last_close, candles[start - 1].close);
    assert.deepEqual(timestamps, stamps.slice(start, start + 3));
    assert.deepEqual(actual, candles.slice(start, start + 3).map(({ close }) => close));
    mean.forEach((close, s) => {
      assert.deepEqual(Object.keys(bands), ["0.5", "0.8", "0.9"]);
      assert.ok(bands["0.9"].low[s] <= bands["0.5"].low[s]);
      assert.ok(bands["0.5"].low[s] <= bands["0.5"].high[s]);
      assert.ok(bands["0.9"].low[s] <= close && close <= bands["0.9"].high[s]);
    });
  });
  assert.deepEqual(under.inputs.map(({ features }) => features.length / 6), [20, 20, 20, 20]);
  assert.deepEqual(under.inputs.map((input) => input.seed).sort(), [1, 2, 3, 4]);
});

Deno.test("a backtest's defaults: 5 windows of 16 steps, a context that fits, at most the model's", async () => {
  const under = new TestedApp();
  const { windows, step, horizon, context, sample_count } = await answered(
    under,
    backtestBody(100, { overrides: null }),
  );
  assert.deepEqual([windows.length, step, horizon, context, sample_count], [5, 16, 16, 20, 32]);
  const long = await answered(under, backtestBody(300));
  assert.equal(long.context, 64);
});

Deno.test("a backtest as it goes on is the same, window by window", async () => {
  const under = new TestedApp();
  const body = backtestBody(40, { horizon: 5, windows: 3, context: 20 });
  const { windows, ...whole } = await answered(under, body);
  const forms: Record<string, string>[] = [{ Accept: "text/event-stream" }, NDJSON];
  for (const headers of forms) {
    const response = await under.post(BACKTEST, body, headers);
    assert.equal(response.headers.get("content-type"), headers.Accept);
    assert.equal(response.headers.get("x-kronos-seed"), "1");
    const events: StreamEvent[] = await allEvents(response);
    assert.deepEqual(events.map(({ event, id }) => [event, id]), [
      ["start", undefined],
      ["window", "1"],
      ["window", "2"],
      ["window", "3"],
      ["summary", undefined],
    ]);
    assert.deepEqual(events.slice(1, 4).map(({ data }) => data), windows);
    assert.deepEqual(events[4].data, { ...whole, windows: 3 });
  }
});

Deno.test("every line of a backtest is one of those that the document states", async () => {
  const under = new TestedApp();
  const place = ["paths", BACKTEST, "post", "responses", "200", "content", NDJSON.Accept, "schema"];
  const response = await under.post(BACKTEST, backtestBody(40, { horizon: 2 }), NDJSON);
  for (const line of (await response.text()).trimEnd().split("\n")) {
    under.check.assertFits(place, JSON.parse(line));
  }
});

Deno.test("candles that do not move have no ratio, and the sentence says why", async () => {
  const still = { open: 100, high: 100, low: 100, close: 100 };
  const body = backtestBody(40, { horizon: 2, windows: 12, candles: new Array(40).fill(still) });
  const { crps_ratio, mae_ratio, direction, verdict, sentence } = await answered(
    new TestedApp(),
    body,
  );
  assert.deepEqual([crps_ratio, mae_ratio, direction, verdict], [null, null, null, "undecided"]);
  assert.match(String(sentence), /do not move/);
});

Deno.test("a backtest of any valid candles is answered as the document states", async () => {
  const under = new TestedApp();
  await fc.assert(
    fc.asyncProperty(validSeries, fc.integer({ min: 1, max: 3 }), async (series, windows) => {
      const { candles, timestamps } = series;
      fc.pre(candles.length >= windows + 2);
      const body = { candles, timestamps, windows, horizon: 1, overrides: { sample_count: 2 } };
      const response = await under.post(BACKTEST, body);
      assert.equal(response.status, 200, await response.text());
    }),
    { numRuns: 30 },
  );
});

Deno.test("a backtest's cost is bounded, and a refusal says by which setting", async () => {
  const cases: [setting: string, value: string, changes: object, field: string, rule: string][] = [
    ["KRONOS_BACKTEST_MAX_WINDOWS", "3", { windows: 4 }, "windows", "max_backtest_windows"],
    ["KRONOS_BACKTEST_MAX_TOKENS", "31", { windows: 4 }, "", "max_backtest_tokens"],
    ["KRONOS_BACKTEST_MAX_CANDLES", "39", { windows: 4 }, "candles", "max"],
  ];
  for (const [setting, value, changes, field, rule] of cases) {
    const under = new TestedApp({ environment: { [setting]: value } });
    const body = backtestBody(40, { horizon: 2, context: 20, ...changes });
    const { message, details } = await under.refusal(body, BACKTEST);
    assert.ok(message.includes(setting), message);
    assert.deepEqual([details?.field, details?.constraint], [field, rule]);
  }
  const queue = new TestedApp({ environment: { KRONOS_QUEUE_TOKENS: "100" } });
  const { message } = await queue.refusal(
    backtestBody(40, { horizon: 2, windows: 5, context: 20 }),
    BACKTEST,
  );
  assert.match(message, /140 tokens.*KRONOS_QUEUE_TOKENS/);
});

Deno.test("a backtest's fields are checked, all problems at once", async () => {
  const ok = { horizon: 2, windows: 2, context: 20 };
  assert.deepEqual(await broken([]), [["", "object"]]);
  assert.deepEqual(await broken({}), [["candles", "required"], ["timestamps", "required"]]);
  const wrong: [changes: object, issues: [string, string][]][] = [
    [{ horizon: 0 }, [["horizon", "min"]]],
    [{ horizon: 513 }, [["horizon", "max"]]],
    [{ windows: 0 }, [["windows", "min"]]],
    [{ step: 0 }, [["step", "min"]]],
    [{ context: 1 }, [["context", "min"]]],
    [{ context: 65 }, [["context", "max_context"]]],
    [{ context: 37 }, [["candles", "enough_for_windows"]]],
    [{ windows: 20, context: null }, [["candles", "enough_for_windows"]]],
    [{ seed: 2 ** 53 }, [["seed", "max"]]],
    [{ overrides: { sample_count: 1 } }, [["overrides.sample_count", "several_paths"]]],
    [{ overrides: { sample_count: 65 } }, [["overrides.sample_count", "max_sample_count"]]],
    [{ overrides: { pred_len: 3 } }, [["overrides.pred_len", "same_as_horizon"]]],
    [{ timestamps: minutes(0, 39) }, [["timestamps", "same_length_as_candles"]]],
    [{ timestamps: minutes(0, 40).toReversed() }, [["timestamps", "strictly_ascending"]]],
  ];
  for (const [changes, issues] of wrong) {
    const found = await broken(backtestBody(40, { ...ok, ...changes }));
    assert.deepEqual(found.slice(0, issues.length), issues, JSON.stringify(changes));
  }
  const several = await broken(backtestBody(40, { horizon: "x", windows: 0.5, seed: -1 }));
  assert.deepEqual(several, [["seed", "min"], ["horizon", "number"], ["windows", "int"]]);
});

Deno.test("a backtest on the way is ended by a drain with an error event, and leaves nothing", async () => {
  const { promise: stop, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const under = new TestedApp({
    replica: { pause: () => ++calls > 3 ? stop : Promise.resolve() },
  });
  const response = await under.post(
    BACKTEST,
    backtestBody(40, { horizon: 2, windows: 6, context: 20 }),
    NDJSON,
  );
  const names: string[] = [];
  for await (const { event, data } of eventsOf(response)) {
    names.push(event);
    if (event === "window") under.stop.abort(new DrainingError(0));
    if (event === "error") assert.equal(data.error.type, "Draining");
  }
  assert.deepEqual([names[0], names[1], names.at(-1)], ["start", "window", "error"]);
  assert.equal(under.admission.facts().running, 0);
  resolve();
});

Deno.test("a backtest is counted as a request of its own route, and limited as predictions are", async () => {
  const under = new TestedApp({
    environment: { KRONOS_RATE_LIMIT_ENABLED: "true", KRONOS_RATE_LIMIT_PER_MINUTE: "1" },
  });
  const body = backtestBody(40, { horizon: 2 });
  await answered(under, body);
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_requests_total\{route="\/v1\/backtest",status="success"\} 1/);
  assert.match(page, /kronos_model_inference_seconds_count\{endpoint="backtest"\} 1/);
  await errorOf(await under.post(BACKTEST, body), 429, "RateLimited");
  under.stop.abort(new DrainingError(0)); // ends the limiter's timer
});
