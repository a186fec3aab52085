import type { ForecastProgress, SeriesForecast } from "../forecast/forecast.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import type { SeriesEndpoint } from "./parse_request.ts";
import { loggedPhases, slowestTimings, tracedPhases } from "./request_phases.ts";
import type { ReadyModel } from "./service_state.ts";
import type { ValidSeries } from "./validate_series.ts";
import type { Visit } from "./visit.ts";

/** Forecasts what was let in; counts, logs and traces the time that it took. */
export async function measuredForecast(
  c: Context,
  { metrics }: AppParts,
  endpoint: SeriesEndpoint,
  { model, valid }: { readonly model: ReadyModel; readonly valid: readonly ValidSeries[] },
  visit: Visit,
  onSteps?: ForecastProgress["onSteps"],
): Promise<SeriesForecast[]> {
  const submittedAt = performance.now();
  const requests = valid.map(({ request }) => request);
  const progress = {
    onStart: () => visit.start(),
    ...(onSteps === undefined ? {} : { onSteps }),
  };
  const { signal, claim } = visit;
  const forecasts = await model.forecaster.forecast(requests, signal, progress, claim);
  metrics.inference.observe({ endpoint }, (performance.now() - submittedAt) / 1000);
  for (const { timings: { queueMs, tokenizeMs, prefillMs, decodeMs } } of forecasts) {
    metrics.queueSeconds.observe(queueMs / 1000);
    metrics.prefill.observe((tokenizeMs + prefillMs) / 1000);
    metrics.decode.observe(decodeMs / 1000);
  }
  const timings = slowestTimings(forecasts);
  c.get("logged").phases_ms = loggedPhases(timings);
  c.get("trace").phases(tracedPhases(timings, submittedAt));
  return forecasts;
}
