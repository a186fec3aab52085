import assert from "node:assert/strict";
import { meanOverPaths } from "./mean_over_paths.ts";

Deno.test("meanOverPaths() averages each step and column over the paths", () => {
  const samples = Float64Array.of(1, 2, 3, 3, 4, 8);
  assert.deepEqual(meanOverPaths(samples, 2), Float64Array.of(2, 3, 5.5));
});

Deno.test("meanOverPaths() of one path is that path, in memory of its own", () => {
  const samples = Float64Array.of(1, 2, 3);
  const mean = meanOverPaths(samples, 1);
  samples[0] = 9;
  assert.deepEqual(mean, Float64Array.of(1, 2, 3));
});
