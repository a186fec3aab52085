import assert from "node:assert/strict";
import fc from "fast-check";
import { crps, fairCrps } from "./crps.ts";

const members = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
  minLength: 2,
  maxLength: 40,
});
const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });

/** The definition, pair by pair; a pair's weight is one of `pairs`. */
function byPairs(values: readonly number[], observed: number, pairs: number): number {
  const { length } = values;
  let distance = 0;
  let spread = 0;
  values.forEach((a, i) => {
    distance += Math.abs(a - observed) / length;
    values.forEach((b, j) => {
      if (i !== j) spread += Math.abs(a - b) / pairs;
    });
  });
  return distance - spread / 2;
}

Deno.test("fairCrps() of cases worked out by hand", () => {
  assert.equal(fairCrps(Float64Array.of(0, 1), 0.5), 0); // 0.5 - 1 / 2
  assert.equal(fairCrps(Float64Array.of(0, 1), 2), 1); // 1.5 - 1 / 2
  // Distances 1, 0 and 3: 4/3. Differences 1, 4 and 3: mean 8/3, of which half.
  assert.ok(Math.abs(fairCrps(Float64Array.of(0, 1, 4), 1)) < 1e-15);
  assert.equal(fairCrps(Float64Array.of(5), 2), 3);
});

Deno.test("crps() and fairCrps() equal their definitions", () => {
  fc.assert(fc.property(members, number, (values, observed) => {
    const sorted = Float64Array.from(values).sort();
    const { length } = values;
    const plain = byPairs(values, observed, length * length);
    assert.ok(Math.abs(crps(sorted, observed) - plain) < 1e-9);
    const fair = byPairs(values, observed, length * (length - 1));
    assert.ok(Math.abs(fairCrps(sorted, observed) - fair) < 1e-9);
  }));
});

Deno.test("fairCrps() moves with a shift and scales with a scale", () => {
  const small = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(fc.property(members, number, number, small, (values, observed, shift, scale) => {
    const sorted = Float64Array.from(values).sort();
    const before = fairCrps(sorted, observed);
    const after = fairCrps(sorted.map((v) => scale * v + shift), scale * observed + shift);
    assert.ok(Math.abs(after - scale * before) < 1e-7);
  }));
});

Deno.test("crps() is least where every member is what came", () => {
  fc.assert(fc.property(members, number, (values, observed) => {
    assert.ok(crps(Float64Array.from(values).sort(), observed) > -1e-9);
    const exact = new Float64Array(values.length).fill(observed);
    assert.ok(Math.abs(crps(exact, observed)) < 1e-9);
  }));
});
