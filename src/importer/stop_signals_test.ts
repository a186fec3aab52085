import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { StoppedError, withStopSignals } from "./stop_signals.ts";

/** Longest that a signal may take to arrive, in milliseconds; also keeps the event loop busy. */
const PATIENCE_MS = 30_000;

// SIGINT would end the test runner as well: a process of its own hears it in tests/integration.
for (const [name, exitCode] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`withStopSignals() aborts the work on ${name}`, async () => {
    const work = withStopSignals(async (signal) => {
      Deno.kill(Deno.pid, name);
      await wait(PATIENCE_MS, null, { signal }).catch(() => signal.throwIfAborted());
    });
    await assert.rejects(work, (error) => {
      assert(error instanceof StoppedError);
      assert.equal(error.exitCode, exitCode);
      assert.match(error.message, new RegExp(`^Stopped by ${name}`));
      return true;
    });
    // Listeners that were removed end with the next turn of the event loop.
    await wait(0);
  });
}

Deno.test("withStopSignals() gives the result of work that nothing stops", async () => {
  assert.equal(await withStopSignals(() => Promise.resolve(7)), 7);
  await wait(0);
});
