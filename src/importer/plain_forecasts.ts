/** The reference of a verification, computed in a Worker: it takes a minute for a large model. */
import type { PlainForecastCall } from "./plain_forecasts_worker.ts";
import type { ReferenceForecasts } from "./verify.ts";
import { callWorker } from "./worker_call.ts";

const WORKER = new URL("./plain_forecasts_worker.ts", import.meta.url);

/** `src/kronos/forecast.ts` for each series. */
export const plainForecasts: ReferenceForecasts = (
  model,
  tokenizer,
  series,
  maxContext,
  signal,
): Promise<readonly Float32Array[]> => {
  const call: PlainForecastCall = { model, tokenizer, series, maxContext };
  return callWorker(WORKER, "the reference", call, signal);
};
