/** The first forecasts of a model, before the first client's. */
import type { Forecaster, SeriesRequest } from "../forecast/forecast.ts";
import { FEATURES, TIME_FEATURES } from "../kronos/architecture.ts";

/** Candles and steps of the warm-up: enough to run every graph once, twice through the decoder. */
const WARM_UP = { candles: 40, horizon: 20 };

/** A short forecast of a gentle wave. */
function warmUpRequest(): SeriesRequest {
  const { candles, horizon } = WARM_UP;
  const wave = (i: number): number => 100 + Math.sin(Math.floor(i / FEATURES) / 3);
  return {
    candles: Float64Array.from({ length: candles * FEATURES }, (_, i) => wave(i)),
    stamps: new Int32Array((candles + horizon) * TIME_FEATURES).fill(1),
    horizon,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    paths: 1,
    seed: 0,
    quantiles: [],
    includeSamples: false,
    raw: false,
    policy: "rolling",
  };
}

/**
 * Runs one forecast for each replica, which compiles and grows on its first run.
 *
 * @throws InferenceFailedError where the model fails
 */
export async function warmUp(forecaster: Forecaster, replicas: number): Promise<void> {
  const { signal } = new AbortController();
  const runs = Array.from(
    { length: replicas },
    () => forecaster.forecast([warmUpRequest()], signal),
  );
  await Promise.all(runs);
}
