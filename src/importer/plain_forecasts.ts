/** The reference of a verification, computed in a Worker: it takes a minute for a large model. */
import type { PlainForecastAnswer, PlainForecastCall } from "./plain_forecasts_worker.ts";
import type { ReferenceForecasts } from "./verify.ts";

/** `src/kronos/forecast.ts` for each series. */
export const plainForecasts: ReferenceForecasts = (
  model,
  tokenizer,
  series,
  maxContext,
  signal,
): Promise<readonly Float32Array[]> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const entry = new URL("./plain_forecasts_worker.ts", import.meta.url);
    const worker = new Worker(entry, { type: "module" });
    const end = (act: () => void): void => {
      signal?.removeEventListener("abort", stop);
      worker.terminate();
      act();
    };
    const stop = (): void => end(() => reject(signal?.reason));
    signal?.addEventListener("abort", stop);
    const fail = (state: string): void =>
      end(() => reject(new Error(`Cannot compute the reference: ${state}`)));
    worker.onmessage = ({ data }: MessageEvent<PlainForecastAnswer>) => {
      if ("error" in data) fail(data.error);
      else end(() => resolve(data.forecasts));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
    const call: PlainForecastCall = { model, tokenizer, series, maxContext };
    worker.postMessage(call);
  });
