/** Work that a signal stops in good order. */

/** What asks a command to stop, and the number that its exit code is 128 above. */
const STOP_SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 2]]
  : [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]];

/** Work that was stopped by a signal. */
export class StoppedError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "StoppedError";

  /** Exit code of a process that ends for this reason. */
  readonly exitCode: number;

  /** Names the signal in its message. */
  constructor(signal: Deno.Signal, exitCode: number) {
    super(`Stopped by ${signal}: nothing was written`);
    this.exitCode = exitCode;
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
