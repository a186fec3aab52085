import assert from "node:assert/strict";
import fc from "fast-check";
import { MIN_JUDGED_WINDOWS, verdictOf } from "./verdict.ts";

Deno.test("verdictOf() calls a forecast better or worse only where the interval excludes 1", () => {
  const ratio = fc.double({ min: 0.01, max: 10, noNaN: true });
  fc.assert(fc.property(
    fc.tuple(ratio, ratio, ratio).map((numbers) => numbers.toSorted((a, b) => a - b)),
    fc.integer({ min: 1, max: 100 }),
    ([low, value, high], windows) => {
      const { verdict, sentence } = verdictOf({ value, low, high }, windows);
      const judged = windows >= MIN_JUDGED_WINDOWS;
      assert.equal(verdict === "better", judged && high < 1);
      assert.equal(verdict === "worse", judged && low > 1);
      if (judged && low <= 1 && high >= 1) assert.match(sentence, /the interval includes 1/);
      assert.match(sentence, value < 1 ? / lower/ : / higher/);
      assert.match(sentence, new RegExp(`\\b${windows} window`));
    },
  ));
});

Deno.test("verdictOf() says in numbers what it goes by", () => {
  const { sentence } = verdictOf({ value: 0.93, low: 0.88, high: 0.97 }, 20);
  assert.equal(
    sentence,
    "The forecast was better than a random walk on these candles: over 20 windows its error (CRPS) " +
      "was 7.0% lower (ratio 0.930, 95% interval 0.880 to 0.970).",
  );
  const few = verdictOf({ value: 1.2, low: 1.2, high: 1.2 }, 1);
  assert.equal(
    few.sentence,
    "Over 1 window the forecast's error (CRPS) was 20.0% higher than a random walk's, but fewer than " +
      "10 windows do not tell that from luck.",
  );
});

Deno.test("verdictOf() is undecided where the candles do not move", () => {
  for (const value of [NaN, Infinity]) {
    const { verdict, sentence } = verdictOf({ value, low: value, high: value }, 20);
    assert.equal(verdict, "undecided");
    assert.match(sentence, /do not move/);
    assert.equal(verdictOf({ value: 0.5, low: 0.4, high: value }, 20).verdict, "undecided");
  }
});
