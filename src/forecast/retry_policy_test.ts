import assert from "node:assert/strict";
import fc from "fast-check";
import { type FaultKind, ReplicaFault } from "../inference/replica_fault.ts";
import { retryDelayMs } from "./retry_policy.ts";

const SETTINGS = { retries: 3, backoffBaseMs: 100, backoffCapMs: 300 };

function fault(kind: FaultKind): ReplicaFault {
  return new ReplicaFault(kind, "it failed");
}

Deno.test("retryDelayMs() is any pause up to a bound that doubles, and stays under the cap", () => {
  const failures = fc.integer({ min: 1, max: 3 });
  fc.assert(fc.property(failures, (count) => {
    const delay = retryDelayMs(SETTINGS, fault("died"), count, true);
    assert.ok(delay !== null && delay >= 0);
    assert.ok(delay < Math.min(300, 100 * 2 ** (count - 1)), `${delay} after ${count}`);
  }));
});

Deno.test("retryDelayMs() is null after the last try", () => {
  assert.equal(retryDelayMs(SETTINGS, fault("died"), 4, true), null);
  assert.equal(retryDelayMs({ ...SETTINGS, retries: 0 }, fault("died"), 1, true), null);
});

Deno.test("retryDelayMs() is null for what would fail again", () => {
  const again = (kind: FaultKind, own: boolean) => retryDelayMs(SETTINGS, fault(kind), 1, own);
  for (const kind of ["threw", "not_finite"] as const) assert.equal(again(kind, true), null);
  for (const kind of ["died", "out_of_memory"] as const) assert.notEqual(again(kind, true), null);
});

Deno.test("retryDelayMs() spares the cores a second hang, but not the bystanders of one", () => {
  assert.equal(retryDelayMs(SETTINGS, fault("hung"), 1, true), null);
  assert.notEqual(retryDelayMs(SETTINGS, fault("hung"), 1, false), null);
});
