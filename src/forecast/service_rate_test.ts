import assert from "node:assert/strict";
import { ServiceRate } from "./service_rate.ts";

/** A rate on a clock that the test moves. */
function rateOnClock(): { readonly rate: ServiceRate; pass(ms: number): void } {
  let now = 0;
  return { rate: new ServiceRate(() => now), pass: (ms) => void (now += ms) };
}

Deno.test("ServiceRate knows nothing at first, and expects no time", () => {
  assert.equal(new ServiceRate().msFor(1_000_000), 0);
});

Deno.test("ServiceRate is the time spent on the work done, idle time left out", () => {
  const { rate, pass } = rateOnClock();
  rate.begin();
  pass(100);
  rate.finish(50, true);
  pass(1_000_000);
  rate.begin();
  pass(100);
  rate.finish(50, true);
  assert.ok(Math.abs(rate.msFor(10) - 20) < 1e-9, `${rate.msFor(10)}`);
});

Deno.test("ServiceRate counts the time of pieces that overlap once", () => {
  const { rate, pass } = rateOnClock();
  rate.begin();
  pass(100);
  rate.finish(10, false);
  pass(100);
  rate.finish(10, true);
  assert.ok(Math.abs(rate.msFor(1) - 10) < 0.2, `${rate.msFor(1)}`);
});

Deno.test("ServiceRate follows a service that has become slower", () => {
  const { rate, pass } = rateOnClock();
  for (let i = 0; i < 100; i++) {
    rate.begin();
    pass(1000);
    rate.finish(1000, true);
  }
  const before = rate.msFor(1);
  for (let i = 0; i < 100; i++) {
    rate.begin();
    pass(1000);
    rate.finish(100, true);
  }
  assert.ok(Math.abs(before - 1) < 0.01, `${before}`);
  assert.ok(rate.msFor(1) > 9, `${rate.msFor(1)}`);
});

Deno.test("ServiceRate takes time that no work came of as slowness", () => {
  const { rate, pass } = rateOnClock();
  rate.begin();
  pass(100);
  rate.finish(100, true);
  rate.begin();
  pass(100);
  rate.finish(0, true);
  assert.ok(rate.msFor(1) > 1.9, `${rate.msFor(1)}`);
});

Deno.test("ServiceRate forgets soon that a service started slowly", () => {
  const { rate, pass } = rateOnClock();
  rate.begin();
  pass(4000);
  rate.finish(1000, false);
  for (let i = 0; i < 30; i++) {
    pass(100);
    rate.finish(100, false);
  }
  assert.ok(rate.msFor(1) < 1.5, `${rate.msFor(1)}`);
});
