/** The prediction route that answers step by step. */
import { admitSeries } from "./admit_series.ts";
import { answerEvents } from "./answer_events.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import type { ForecastSteps } from "../forecast/forecast.ts";
import type { ModelInfo } from "../inference/engine.ts";
import { type EventStream, eventTypeOf } from "./event_stream.ts";
import { measuredForecast } from "./measured_forecast.ts";
import { byLevel, candleRows, predictionAnswer } from "./prediction_answer.ts";
import { accounted, type PredictionAccount } from "./prediction_account.ts";
import type { ValidSeries } from "./validate_series.ts";
import type { Visit } from "./visit.ts";

/** What is known before the first step. */
function startDocument({ seriesId, request }: ValidSeries, info: ModelInfo): object {
  return {
    series_id: seriesId,
    seed: request.seed,
    horizon: request.horizon,
    sample_count: request.paths,
    quantile_levels: request.quantiles,
    model_version: info.modelVersion,
    tokenizer_version: info.tokenizerVersion,
  };
}

/** Sends one event for each step. */
function sendSteps(
  stream: EventStream,
  { predictionTimestamps, request }: ValidSeries,
  { firstStep, mean, quantiles }: ForecastSteps,
): void {
  const timestamps = predictionTimestamps.slice(firstStep);
  const bands = quantiles.map((rows) => candleRows(rows, timestamps));
  candleRows(mean, timestamps).forEach((candle, i) => {
    const step = firstStep + i + 1;
    const data = {
      step,
      candle,
      quantiles: byLevel(request.quantiles, bands.map((rows) => rows[i])),
    };
    stream.send("candle", JSON.stringify(data), step);
  });
}

/** Reads, validates and admits a request; its answer goes on while the forecast is made. */
async function stream(
  c: Context,
  parts: AppParts,
  account: PredictionAccount,
  visit: Visit,
): Promise<Response> {
  const admitted = await admitSeries(c, parts, "stream", visit);
  const { valid, model: { info } } = admitted;
  const [series] = valid;
  const headers = { "X-Kronos-Seed": String(series.request.seed) };
  const type = eventTypeOf(c, "text/event-stream");
  return answerEvents(c, parts, { type, account, headers }, async (events) => {
    events.send("start", JSON.stringify(startDocument(series, info)));
    const forecasts = await measuredForecast(
      c,
      parts,
      "stream",
      admitted,
      visit,
      (steps) => sendSteps(events, series, steps),
    );
    const totalMs = performance.now() - visit.arrivedAt;
    const { answer } = predictionAnswer("stream", valid, forecasts, info, totalMs);
    events.send("summary", await visit.unlessEnded(parts.jsonThread.write(answer)));
  });
}

/** One prediction request that is answered step by step. */
export function predictStream(c: Context, parts: AppParts): Promise<Response> {
  return accounted(c, parts, "stream", (account, visit) => stream(c, parts, account, visit));
}
