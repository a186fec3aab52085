/** A computation of a minute in a Worker of its own, so that the calling thread hears of signals. */

/** What was computed, or why nothing was. */
type Answer<Result> = { readonly result: Result } | { readonly error: string };

/** The part of a worker's global scope that is used; the program is checked with the window's. */
interface WorkerScope<Call, Result> {
  onmessage: (event: MessageEvent<Call>) => void;
  postMessage(answer: Answer<Result>): void;
}

/** An error that left the worker would be printed with its stack as well. */
function answerOf<Call, Result>(compute: (call: Call) => Result, call: Call): Answer<Result> {
  try {
    return { result: compute(call) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** In a worker's entry: answers the call that comes. */
export function answerCall<Call, Result>(compute: (call: Call) => Result): void {
  const scope = globalThis as unknown as WorkerScope<Call, Result>;
  scope.onmessage = ({ data }) => scope.postMessage(answerOf(compute, data));
}

/**
 * Has a worker compute one thing, and ends it.
 *
 * @param entry answers with `answerCall()`
 * @param what is computed, for the error
 * @throws Error `Cannot compute <what>: ` and why, where it fails
 * @throws the signal's reason, where it is aborted before there is a result
 */
export function callWorker<Call, Result>(
  entry: URL,
  what: string,
  call: Call,
  signal?: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = new Worker(entry, { type: "module" });
    const end = (act: () => void): void => {
      signal?.removeEventListener("abort", stop);
      worker.terminate();
      act();
    };
    const stop = (): void => end(() => reject(signal?.reason));
    signal?.addEventListener("abort", stop);
    const fail = (state: string): void =>
      end(() => reject(new Error(`Cannot compute ${what}: ${state}`)));
    worker.onmessage = ({ data }: MessageEvent<Answer<Result>>) => {
      if ("error" in data) fail(data.error);
      else end(() => resolve(data.result));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
    worker.postMessage(call);
  });
}
