import assert from "node:assert/strict";
import {
  constantProfile,
  heldProfile,
  peakRate,
  phaseAt,
  profileSeconds,
  rateAt,
  rateStages,
  steppedProfile,
} from "./profile.ts";

const SPIKE = [
  { phase: "before", from: 1, to: 1, seconds: 10 },
  { phase: "spike", from: 8, to: 8, seconds: 20 },
  { phase: "after", from: 1, to: 3, seconds: 10 },
];

Deno.test("phaseAt() and rateAt() follow the stages to the end", () => {
  const at = (progress: number) => [phaseAt(SPIKE, progress), rateAt(SPIKE, progress)];
  assert.deepEqual(at(0), ["before", 1]);
  assert.deepEqual(at(0.25), ["spike", 8]);
  assert.deepEqual(at(0.875), ["after", 2]);
  assert.deepEqual(at(1), ["after", 3]);
});

Deno.test("heldProfile() holds multiples of a rate for shares of a time", () => {
  assert.deepEqual(heldProfile(2, 60, [["before", 1, 0.25], ["spike", 10, 0.75]]), [
    { phase: "before", from: 2, to: 2, seconds: 15 },
    { phase: "spike", from: 20, to: 20, seconds: 45 },
  ]);
});

Deno.test("profileSeconds() and peakRate() are over all stages", () => {
  assert.deepEqual([profileSeconds(SPIKE), peakRate(SPIKE)], [40, 8]);
});

Deno.test("rateStages() jumps where a stage begins at another rate than the last ended", () => {
  assert.deepEqual(rateStages(SPIKE), [
    { target: 60, duration: "10000ms" },
    { target: 480, duration: "0s" },
    { target: 480, duration: "20000ms" },
    { target: 60, duration: "0s" },
    { target: 180, duration: "10000ms" },
  ]);
});

Deno.test("rateStages() never offers nothing, which k6 would refuse", () => {
  assert.deepEqual(rateStages(constantProfile(0.001, 5)), [{ target: 1, duration: "5000ms" }]);
});

Deno.test("steppedProfile() holds each rate for the same time", () => {
  const profile = steppedProfile([2, 4, 6], 30);
  assert.deepEqual(profile.map(({ seconds }) => seconds), [10, 10, 10]);
  assert.deepEqual([rateAt(profile, 0.1), rateAt(profile, 0.5), rateAt(profile, 0.9)], [2, 4, 6]);
});
