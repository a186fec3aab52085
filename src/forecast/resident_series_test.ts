import assert from "node:assert/strict";
import { FEATURES } from "../kronos/architecture.ts";
import type { SeriesChunk } from "../inference/engine.ts";
import { InferenceFailedError } from "./errors.ts";
import { FairShare, UNCLAIMED } from "./fair_share.ts";
import { PendingRequest } from "./pending_request.ts";
import { ResidentSeries } from "./resident_series.ts";
import { FakeJob } from "./testing/fake_job.ts";

const HORIZON = 4;

/** A series of two paths and four steps, just prefilled. */
function prefilledSeries(): { series: ResidentSeries; job: FakeJob; request: PendingRequest } {
  const job = new FakeJob(1, HORIZON, 2);
  const share = new FairShare().open(UNCLAIMED);
  const request = new PendingRequest([job], new AbortController().signal, share, () => {});
  const lastCandle = new Float32Array(FEATURES);
  const prefilled = { handle: 7, cohort: "all", tokenizeMs: 1, prefillMs: 1, lastCandle };
  const series = new ResidentSeries(request, request.takeJob(), job.prepare(), prefilled);
  return { series, job, request };
}

function chunk(firstStep: number, steps: number, done: boolean, value: number = 0): SeriesChunk {
  const candles = new Float32Array(2 * steps * FEATURES).fill(value);
  return { handle: 7, firstStep, steps, candles, done };
}

Deno.test("advance() joins chunks, withheld ones included, and finishes once", async () => {
  const { series, job, request } = prefilledSeries();
  series.advance(chunk(0, 0, false), 10);
  series.advance(chunk(0, 1, false, 5), 10);
  assert.equal(series.finished, false);
  series.advance(chunk(1, 3, true, 6), 10);
  assert.equal(series.finished, true);
  await request.settlement;
  const { candles, timings } = job.finishes[0];
  const path = [...new Array(FEATURES).fill(5), ...new Array(3 * FEATURES).fill(6)];
  assert.deepEqual([...candles], [...path, ...path]);
  assert.equal(timings.decodeMs, 30);
});

const breaches: Record<string, { chunks: (SeriesChunk | undefined)[]; says: RegExp }> = {
  "is missing": { chunks: [undefined], says: /answered without it/ },
  "skips a step": { chunks: [chunk(1, 1, false)], says: /step 1 instead of 0/ },
  "passes the horizon": { chunks: [chunk(0, 5, true)], says: /done after 5 of 4 steps/ },
  "ends early": { chunks: [chunk(0, 3, true)], says: /done after 3 of 4 steps/ },
  "does not end": { chunks: [chunk(0, 4, false)], says: /not done after 4 of 4 steps/ },
  "is short of numbers": {
    chunks: [{ ...chunk(0, 2, false), candles: new Float32Array(3) }],
    says: /3 numbers for 2 paths of 2 steps/,
  },
  "never advances": {
    chunks: new Array(HORIZON).fill(chunk(0, 0, false)),
    says: /does not advance/,
  },
};

for (const [breach, { chunks, says }] of Object.entries(breaches)) {
  Deno.test(`advance() fails the request where its chunk ${breach}`, async () => {
    const { series, job, request } = prefilledSeries();
    for (const part of chunks) series.advance(part, 1);
    await assert.rejects(request.settlement, (error) => {
      return error instanceof InferenceFailedError && says.test(error.message);
    });
    assert.equal(job.finishes.length, 0);
    assert.equal(series.finished, false);
  });
}
