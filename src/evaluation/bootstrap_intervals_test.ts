import assert from "node:assert/strict";
import fc from "fast-check";
import { bootstrapFiles, drawBlocks, estimateOf, windowsByFile } from "./bootstrap_intervals.ts";

Deno.test("drawBlocks() draws as many windows, in runs of neighbours", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), (length, mixer) => {
      const windows = Array.from({ length }, (_, i) => i);
      const uniforms = Float32Array.from(windows, (i) => (Math.abs(mixer) * 0.137 + i * 0.618) % 1);
      const drawn = drawBlocks(windows, uniforms);
      assert.equal(drawn.length, length);
      const run = Math.ceil(Math.sqrt(length));
      drawn.forEach((value, i) => {
        if (i % run > 0) assert.equal(value, (drawn[i - 1] + 1) % length);
      });
    }),
  );
});

Deno.test("estimateOf() spans the middle 95% of the draws that are known", () => {
  const drawn = [null, ...Array.from({ length: 1001 }, (_, i) => 1000 - i)];
  assert.deepEqual(estimateOf(7, drawn), { value: 7, low: 25, high: 975 });
});

Deno.test("bootstrapFiles() draws each file from its own windows, the same for the same seed", () => {
  const windows = Array.from({ length: 30 }, (_, i) => ({ file: i % 3 ? "b" : "a", time: -i }));
  const files = windowsByFile(windows);
  assert.deepEqual(files.map(([{ file }]) => file), ["a", "b"]);
  assert.deepEqual(files[0].map(({ time }) => time), [
    -27,
    -24,
    -21,
    -18,
    -15,
    -12,
    -9,
    -6,
    -3,
    -0,
  ]);
  const draws = bootstrapFiles(files, 1, (drawn) => drawn.map(({ file }) => file).join(""));
  for (const drawn of draws) assert.deepEqual(drawn, ["a".repeat(10), "b".repeat(20)]);
  const times = (seed: number) =>
    bootstrapFiles(files, seed, (drawn) => drawn.map(({ time }) => time));
  assert.deepEqual(times(2), times(2));
  assert.notDeepEqual(times(2), times(3));
});
