import assert from "node:assert/strict";
import fc from "fast-check";
import type { PhaseTimings, SeriesForecast } from "../forecast/forecast.ts";
import { loggedPhases, slowestTimings, tracedPhases } from "./request_phases.ts";

const ms = fc.double({ min: 0, max: 1e6, noNaN: true });

/** Timings as the scheduler makes them: the first wait is a part of all waiting. */
const anyTimings: fc.Arbitrary<PhaseTimings> = fc.tuple(ms, ms, ms, ms, ms).map(
  ([firstWaitMs, laterWaitMs, tokenizeMs, prefillMs, decodeMs]) => ({
    queueMs: firstWaitMs + laterWaitMs,
    firstWaitMs,
    tokenizeMs,
    prefillMs,
    decodeMs,
    totalMs: firstWaitMs + laterWaitMs + tokenizeMs + prefillMs + decodeMs,
  }),
);

Deno.test("tracedPhases() cover the whole time, one after the other", () => {
  fc.assert(fc.property(anyTimings, ms, (timings, submittedAt) => {
    const phases = tracedPhases(timings, submittedAt);
    assert.deepEqual(phases.map(({ name }) => name), ["queue", "prefill", "decode"]);
    assert.equal(phases[0].from, submittedAt);
    assert.deepEqual(phases.slice(1).map(({ from }) => from), phases.slice(0, 2).map((p) => p.to));
    assert.ok(phases.every(({ from, to }) => from <= to));
    assert.ok(Math.abs(phases[2].to - submittedAt - timings.totalMs) < 1e-6 * (1 + submittedAt));
  }));
});

Deno.test("slowestTimings() are those of the series that took longest; the log rounds them", () => {
  const timings = (totalMs: number): PhaseTimings => ({
    queueMs: totalMs / 3,
    firstWaitMs: 0,
    tokenizeMs: 0.04,
    prefillMs: 1,
    decodeMs: 2.06,
    totalMs,
  });
  const forecasts = [1, 10, 5].map((totalMs) => ({ timings: timings(totalMs) })) as unknown;
  const slowest = slowestTimings(forecasts as SeriesForecast[]);
  assert.equal(slowest.totalMs, 10);
  assert.deepEqual(loggedPhases(slowest), { queue: 3.3, tokenize: 0, prefill: 1, decode: 2.1 });
});
