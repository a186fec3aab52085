import assert from "node:assert/strict";
import fc from "fast-check";
import { FailureWindow } from "./failure_window.ts";

const SETTINGS = { windowMs: 1000, threshold: 0.5, minRequests: 4 };

/** A window on a clock that the test moves. */
function windowOnClock(): { readonly window: FailureWindow; pass(ms: number): void } {
  let now = 0;
  return { window: new FailureWindow(SETTINGS, () => now), pass: (ms) => void (now += ms) };
}

Deno.test("FailureWindow: a share says nothing before there are enough outcomes", () => {
  const { window } = windowOnClock();
  assert.deepEqual([1, 2, 3, 4].map(() => window.failure()), [false, false, false, true]);
});

Deno.test("FailureWindow: too many is from the threshold on", () => {
  const { window } = windowOnClock();
  for (let i = 0; i < 4; i++) window.success();
  assert.deepEqual([1, 2, 3, 4].map(() => window.failure()), [false, false, false, true]);
});

Deno.test("FailureWindow forgets what has left the window, and everything on clear()", () => {
  const { window, pass } = windowOnClock();
  for (let i = 0; i < 3; i++) window.failure();
  pass(1001);
  assert.equal(window.failure(), false);
  for (let i = 0; i < 2; i++) window.failure();
  window.clear();
  assert.equal(window.failure(), false);
});

Deno.test("FailureWindow is exact to a tenth of its length", () => {
  const outcome = fc.record({ after: fc.nat({ max: 400 }), fails: fc.boolean() });
  fc.assert(fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
    const { window, pass } = windowOnClock();
    const past: { at: number; fails: boolean }[] = [];
    let now = 0;
    const tooMany = (age: number): boolean => {
      const recent = past.filter(({ at }) => now - at < age);
      const failures = recent.filter(({ fails }) => fails).length;
      return recent.length >= 4 && failures >= recent.length / 2;
    };
    for (const { after, fails } of outcomes) {
      pass(after);
      now += after;
      past.push({ at: now, fails });
      if (!fails) {
        window.success();
        continue;
      }
      // Between nine tenths and the whole of the window: some age agrees.
      const answers = Array.from({ length: 101 }, (_, i) => tooMany(900 + i));
      assert.ok(answers.includes(window.failure()));
    }
  }));
});
