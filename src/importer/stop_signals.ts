/** Work that a signal stops in good order. */

/** What asks a command to stop, and the number that its exit code is 128 above. */
const STOP_SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 2]]
  : [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]];

/** Work that was stopped by a signal. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";

  /** @param exitCode of a process that ends for this reason */
  constructor(signal: Deno.Signal, readonly exitCode: number) {
    super(`Stopped by ${signal}: nothing was written`);
  }
}

/** Runs `work` with an AbortSignal that a stop signal to this process aborts with a StoppedError. */
export async function withStopSignals<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const listeners = STOP_SIGNALS.map(([name, number]) => {
    const listener = (): void => stop.abort(new StoppedError(name, 128 + number));
    Deno.addSignalListener(name, listener);
    return () => Deno.removeSignalListener(name, listener);
  });
  try {
    return await work(stop.signal);
  } finally {
    for (const remove of listeners) remove();
  }
}
