/** The worker of a replica, which ends with an error when it is told to. */
import "../../src/inference/replica_worker.ts";

globalThis.addEventListener("message", (event) => {
  const { data } = event as MessageEvent<{ readonly die?: boolean }>;
  if (data.die) {
    queueMicrotask(() => {
      throw new Error("killed");
    });
  }
});
