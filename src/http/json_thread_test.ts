import assert from "node:assert/strict";
import { readConfig } from "../config.ts";
import { BANDS, CONTENDERS, type StepScore, type WindowScore } from "../evaluation/score_window.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { JsonThread } from "./json_thread.ts";
import type { PredictionAnswer } from "./prediction_answer.ts";

const config = readConfig({});

const info: ModelInfo = {
  modelVersion: "model-1",
  tokenizerVersion: "tokenizer-1",
  maxContext: 64,
  device: "wasm",
  cacheBytesPerToken: 1,
  deviceWarning: null,
  defaults: {},
  anchor: false,
  calibration: null,
};

const context = { config, info, seed: 7 };

/** A thread that takes everything, which the test ends. */
class TestedThread extends JsonThread implements Disposable {
  constructor(kilobytes: number) {
    super({ jsonThreadKb: kilobytes, workers: 1 });
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const candle = { open: 2, high: 3, low: 1, close: 2, volume: 5 };

/** A valid body, padded with spaces. */
function body(id: string, bytes = 0): Uint8Array<ArrayBuffer> {
  const request = {
    series_id: id,
    candles: [candle, candle],
    timestamps: ["2024-01-01", "2024-01-02"],
    prediction_timestamps: ["2024-01-03"],
    include_warnings: true,
  };
  return new TextEncoder().encode(JSON.stringify(request).padEnd(bytes));
}

function answer(rows: number): PredictionAnswer {
  return {
    endpoint: "single",
    info,
    series: [{
      seriesId: "é",
      timestamps: Array.from({ length: rows }, (_, i) => `stamp ${i}`),
      levels: [],
      warnings: null,
      seed: 3,
      forecast: {
        mean: new Float64Array(rows * 6).fill(0.5),
        quantiles: [],
        samples: null,
        events: [],
      },
      timings: { queueMs: 1, firstWaitMs: 1, tokenizeMs: 1, prefillMs: 1, decodeMs: 1, totalMs: 4 },
    }],
  };
}

/** A window whose scores differ by its time. */
function windowScore(time: number): WindowScore {
  const crps = Object.fromEntries(
    CONTENDERS.map((name, i) => [name, time + i]),
  ) as StepScore["crps"];
  return {
    file: "a",
    market: "a",
    time,
    inconsistent: null,
    steps: [{
      step: 1,
      crps,
      plainCrps: time,
      error: time,
      covered: BANDS.map(() => 1),
      pit: 0.5,
      direction: null,
      volume: null,
    }],
  };
}

Deno.test("parseBacktest() and summarize() yield the same on either thread", async () => {
  const here = new JsonThread({ jsonThreadKb: 1, workers: 0 });
  using there = new TestedThread(1);
  const candles = Array.from({ length: 40 }, (_, i) => {
    const close = 100 + i % 3;
    return { open: close, high: close, low: close, close };
  });
  const timestamps = candles.map((_, i) => new Date(i * 3_600_000).toISOString());
  const bytes = (): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(JSON.stringify({ candles, timestamps, horizon: 4 }).padEnd(5000));
  const [one, other] = [
    await here.parseBacktest(bytes(), context),
    await there.parseBacktest(bytes(), context),
  ];
  assert.equal(one?.choice.windows, 5);
  assert.deepEqual(other, one);
  const scores = [1, 2, 3].map((time) => windowScore(time));
  assert.deepEqual(await there.summarize(scores, 1), await here.summarize(scores, 1));
});

Deno.test("parse() yields the same on either thread, in order", async () => {
  using thread = new TestedThread(1);
  const here = await thread.parse("single", body("a"), context);
  const there = await Promise.all(
    ["a", "b", "c"].map((id) => thread.parse("single", body(id, 2000), context)),
  );
  assert.deepEqual(there[0], here);
  assert.deepEqual(there.map(([{ seriesId }]) => seriesId), ["a", "b", "c"]);
  assert.ok(here[0].warnings?.some(({ code }) => code === "constant_input"));
});

Deno.test("parse() keeps the thread that asks free of any batch", async () => {
  using thread = new TestedThread(1000);
  const batch = new TextEncoder().encode('{"items": []}');
  const unfinished = thread.parse("batch", batch, context);
  thread.close();
  await assert.rejects(unfinished, /JSON thread is closed/);
});

Deno.test("parse() throws the same ApiError on either thread", async () => {
  using thread = new TestedThread(1);
  for (const text of ["{", "[1, x]", '{"candles": 5}', "[]", '"\\ud800"']) {
    const errors: Record<string, unknown>[] = [];
    for (const bytes of [0, 2000]) {
      const padded = new TextEncoder().encode(text.padEnd(bytes));
      await assert.rejects(
        thread.parse("single", padded, context),
        (error) => errors.push(error as unknown as Record<string, unknown>) > 0,
      );
    }
    const [here, there] = errors;
    assert.equal(here.name, "ApiError");
    for (const key of ["name", "type"]) assert.equal(there[key], here[key]);
    const { constraint } = here.details as Record<string, unknown>;
    assert.equal((there.details as Record<string, unknown>).constraint, constraint);
  }
});

Deno.test("write() yields the same on either thread", async () => {
  using small = new TestedThread(1000);
  using large = new TestedThread(1);
  const here = await small.write(answer(20));
  const there = await large.write(answer(20));
  assert.ok(typeof here === "string" && there instanceof Uint8Array);
  assert.equal(new TextDecoder().decode(there), here);
});

Deno.test("a thread that is closed rejects what it has not done, and starts anew when asked", async () => {
  using thread = new TestedThread(1);
  const unfinished = thread.parse("single", body("a", 2000), context);
  thread.close();
  await assert.rejects(unfinished, /JSON thread is closed/);
  assert.equal((await thread.parse("single", body("b", 2000), context))[0].seriesId, "b");
});

Deno.test("without workers everything is done on the thread that asks", async () => {
  const thread = new JsonThread({ jsonThreadKb: 1, workers: 0 });
  assert.equal((await thread.parse("single", body("a", 5000), context)).length, 1);
  assert.equal(typeof await thread.write(answer(100)), "string");
});
