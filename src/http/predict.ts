/** The prediction routes that answer at once: one series, or several. */
import { admitSeries } from "./admit_series.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { answerInPieces } from "./body_in_pieces.ts";
import { measuredForecast } from "./measured_forecast.ts";
import { predictionAnswer } from "./prediction_answer.ts";
import { accounted, type PredictionAccount } from "./prediction_account.ts";
import type { Visit } from "./visit.ts";

/** Reads, validates, forecasts and answers one prediction request. */
async function predict(
  c: Context,
  parts: AppParts,
  endpoint: "single" | "batch",
  account: PredictionAccount,
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
  const response = answerInPieces(c, bytes, { ...headers, "Content-Type": "application/json" });
  account.close(null);
  return response;
}

/** One prediction request: through the gates, and into the metrics and the books. */
export function measuredPrediction(
  c: Context,
  parts: AppParts,
  endpoint: "single" | "batch",
): Promise<Response> {
  return accounted(
    c,
    parts,
    endpoint,
    (account, visit) => predict(c, parts, endpoint, account, visit),
  );
}
