import assert from "node:assert/strict";
import { steppedProfile } from "../script/profile.ts";
import { knee, phaseCuts, windowCuts } from "./cuts.ts";
import { type PhaseCounts, runSummaryExample } from "./run_summary_example.ts";

const PROFILE = steppedProfile([2, 4, 6], 30);

function step(number: number, counts: Partial<PhaseCounts>): PhaseCounts {
  const none = { answered: 0, refused: 0, failed: 0, p95: 0 };
  return { phase: `step-${number}`, ...none, ...counts };
}

Deno.test("phaseCuts() are outcomes a second, and the latency of those answered", () => {
  const summary = runSummaryExample([
    step(1, { answered: 20, p95: 300 }),
    step(2, { answered: 30, refused: 9, failed: 1, p95: 900 }),
    step(3, {}),
  ]);
  const cuts = phaseCuts(summary, PROFILE);
  assert.deepEqual(cuts.map(({ name, at, offered }) => [name, at, offered]), [
    ["step-1", 0, 2],
    ["step-2", 10, 4],
    ["step-3", 20, 6],
  ]);
  const [first, second, third] = cuts;
  assert.deepEqual([first.answered, first.refused, first.failed], [2, 0, 0]);
  assert.deepEqual(first.latency, { p50: 150, p95: 300, p99: 300 });
  assert.deepEqual([second.answered, second.refused, second.failed], [3, 0.9, 0.1]);
  assert.equal(third.latency, null);
});

Deno.test("windowCuts() cover the run; a window without a request has no latency", () => {
  const cuts = windowCuts(runSummaryExample([]), PROFILE);
  assert.equal(cuts.length, 24);
  assert.equal(cuts.reduce((sum, { seconds }) => sum + seconds, 0), 30);
  assert.ok(cuts.every(({ latency, answered }) => latency === null && answered === 0));
});

Deno.test("knee() is the last rate before the first that is refused or late", () => {
  const at = (second: Partial<PhaseCounts>) =>
    knee(
      phaseCuts(
        runSummaryExample([
          step(1, { answered: 20, p95: 300 }),
          step(2, second),
          step(3, { answered: 60, p95: 400 }),
        ]),
        PROFILE,
      ),
      500,
    )?.offered;
  assert.equal(at({ answered: 40, p95: 450 }), 6);
  assert.equal(at({ answered: 40, p95: 550 }), 2, "late");
  assert.equal(at({ answered: 39, refused: 1, p95: 450 }), 2, "refused");
  assert.equal(at({}), 2, "nothing answered");
});

Deno.test("knee() is null where the lowest rate is too much", () => {
  const summary = runSummaryExample([step(1, { answered: 20, p95: 9000 })]);
  assert.equal(knee(phaseCuts(summary, PROFILE), 500), null);
});
