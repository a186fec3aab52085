/** The reference of a verification, computed in a Worker: it takes a minute for a large model. */
import type { PlainForecastAnswer, PlainForecastCall } from "./plain_forecasts_worker.ts";
import type { ReferenceForecasts } from "./verify.ts";

/** `src/kronos/forecast.ts` for each series. */
export const plainForecasts: ReferenceForecasts = (model, tokenizer, series, maxContext, signal) =>
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
    worker.onmessage = ({ data }: MessageEvent<PlainForecastAnswer>) => end(() => resolve(data));
    worker.onerror = (event) => {
      event.preventDefault();
      end(() => reject(new Error(`Cannot compute the reference: ${event.message}`)));
    };
    const { architecture, weights } = tokenizer;
    const call: PlainForecastCall = {
      model: { architecture: model.architecture, weights: model.weights },
      tokenizer: { architecture, weights },
      series,
      maxContext,
    };
    worker.postMessage(call);
  });
