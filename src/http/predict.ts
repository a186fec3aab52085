/** The prediction routes that answer at once: one series, or several. */
import { admitSeries } from "./admit_series.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { measuredForecast } from "./measured_forecast.ts";
import { predictionAnswer } from "./prediction_answer.ts";
import { PredictionAccount } from "./prediction_account.ts";
import type { Visit } from "./visit.ts";

/** Reads, validates, forecasts and answers one prediction request. */
async function predict(
  c: Context,
  parts: AppParts,
  endpoint: "single" | "batch",
  visit: Visit,
): Promise<Response> {
  const admitted = await admitSeries(c, parts, endpoint, visit);
  const { valid, model: { info } } = admitted;
  const forecasts = await measuredForecast(c, parts, endpoint, admitted, visit);
  const totalMs = performance.now() - visit.arrivedAt;
  const { headers, answer } = predictionAnswer(endpoint, valid, forecasts, info, totalMs);
  const text = await visit.unlessEnded(parts.jsonThread.write(answer));
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  c.get("logged").response_bytes = bytes.length;
  return c.body(bytes, 200, { ...headers, "Content-Type": "application/json" });
}

/** One prediction request: through the gates, and into the metrics and the books. */
export async function measuredPrediction(
  c: Context,
  parts: AppParts,
  endpoint: "single" | "batch",
): Promise<Response> {
  const account = new PredictionAccount(c, parts, endpoint);
  try {
    const response = await predict(c, parts, endpoint, account.enter());
    account.close(null);
    return response;
  } catch (thrown) {
    account.close(thrown);
    throw thrown;
  }
}
