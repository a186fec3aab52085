import assert from "node:assert/strict";
import { CircuitBreaker } from "./circuit_breaker.ts";
import { CircuitOpenError, DeadlineExceededError, InferenceFailedError } from "./errors.ts";

const failure = new InferenceFailedError("the model failed");
const fail = (): Promise<never> => Promise.reject(failure);
const succeed = (): Promise<string> => Promise.resolve("done");

/** A circuit that has just opened. */
async function opened(
  cooldownMs: number,
): Promise<{ circuit: CircuitBreaker; states: string[] }> {
  const states: string[] = [];
  const circuit = new CircuitBreaker(
    { windowMs: 60_000, threshold: 0.5, minRequests: 2, cooldownMs },
    (state) => states.push(state),
  );
  for (let i = 0; i < 2; i++) await assert.rejects(circuit.run(fail), failure);
  return { circuit, states };
}

/** Waits until a request would be let through. */
async function cooledDown(circuit: CircuitBreaker): Promise<void> {
  while (circuit.retryAfterMs !== null) await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("CircuitBreaker opens on failures of the model, refuses, and says when to come again", async () => {
  const { circuit, states } = await opened(10_000);
  assert.deepEqual([circuit.state, states], ["open", ["open"]]);
  assert.ok(circuit.retryAfterMs !== null && circuit.retryAfterMs <= 10_000);
  let begun = false;
  await assert.rejects(
    circuit.run(() => {
      begun = true;
      return succeed();
    }),
    CircuitOpenError,
  );
  assert.equal(begun, false);
});

Deno.test("CircuitBreaker does not open on what says nothing about the model", async () => {
  const { circuit } = await opened(1);
  await cooledDown(circuit);
  assert.equal(await circuit.run(succeed), "done");
  const late = new DeadlineExceededError("late");
  for (let i = 0; i < 10; i++) {
    await assert.rejects(circuit.run(() => Promise.reject(late)), late);
  }
  assert.equal(circuit.state, "closed");
});

Deno.test("CircuitBreaker lets one request through after the cooldown, which closes it", async () => {
  const { circuit, states } = await opened(5);
  await cooledDown(circuit);
  const probe = Promise.withResolvers<string>();
  const probing = circuit.run(() => probe.promise);
  assert.equal(circuit.state, "half_open");
  await assert.rejects(circuit.run(succeed), CircuitOpenError);
  probe.resolve("mended");
  assert.equal(await probing, "mended");
  assert.equal(circuit.state, "closed");
  await assert.rejects(circuit.run(fail), failure);
  assert.equal(circuit.state, "closed", "what was before the rest is forgotten");
  assert.deepEqual(states, ["open", "half_open", "closed"]);
});

Deno.test("CircuitBreaker opens again where that request fails, or ends without an answer", async () => {
  const { circuit } = await opened(5);
  const gone = new Error("the client left");
  for (const reason of [failure, gone]) {
    await cooledDown(circuit);
    await assert.rejects(circuit.run(() => Promise.reject(reason)), (error) => error === reason);
    assert.equal(circuit.state, "open");
  }
});
