import type { ForecastProgress, SeriesForecast } from "../forecast/forecast.ts";
import type { AppParts } from "./app_parts.ts";
import type { Endpoint } from "./parse_request.ts";
import type { ReadyModel } from "./service_state.ts";
import type { ValidSeries } from "./validate_series.ts";
import type { Visit } from "./visit.ts";

/** Forecasts what was let in, and counts the time that the model took. */
export async function measuredForecast(
  { metrics }: AppParts,
  endpoint: Endpoint,
  { model, valid }: { readonly model: ReadyModel; readonly valid: readonly ValidSeries[] },
  visit: Visit,
  onSteps?: ForecastProgress["onSteps"],
): Promise<SeriesForecast[]> {
  const started = performance.now();
  const requests = valid.map(({ request }) => request);
  const progress = {
    onStart: () => visit.start(),
    ...(onSteps === undefined ? {} : { onSteps }),
  };
  const { signal, claim } = visit;
  const forecasts = await model.forecaster.forecast(requests, signal, progress, claim);
  metrics.inference.observe({ endpoint }, (performance.now() - started) / 1000);
  for (const { timings: { tokenizeMs, prefillMs, decodeMs } } of forecasts) {
    metrics.prefill.observe((tokenizeMs + prefillMs) / 1000);
    metrics.decode.observe(decodeMs / 1000);
  }
  return forecasts;
}
