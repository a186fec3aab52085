/** The route that tells how forecasts of the client's own candles would have been. */
import { backtest, lastWindows } from "../evaluation/backtest.ts";
import type { WindowScore } from "../evaluation/score_window.ts";
import { windowRequest } from "../evaluation/forecast_windows.ts";
import { admitted } from "./admitted.ts";
import { answerEvents } from "./answer_events.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { resultDocument, startDocument, windowDocument } from "./backtest_answer.ts";
import { answerInPieces } from "./body_in_pieces.ts";
import { eventTypeOf } from "./event_stream.ts";
import { accounted, type PredictionAccount } from "./prediction_account.ts";
import type { ReadyModel } from "./service_state.ts";
import type { ValidBacktest } from "./validate_backtest.ts";
import type { Visit } from "./visit.ts";

/** A backtest that was let in. */
interface AdmittedBacktest {
  readonly model: ReadyModel;
  readonly valid: ValidBacktest;
}

/** Forecasts and scores the windows; tells the JSON of each in order, then what they come to. */
async function run(
  { service, metrics, jsonThread }: AppParts,
  { model, valid }: AdmittedBacktest,
  visit: Visit,
  onWindow: (text: string, index: number) => void,
): Promise<object> {
  const { series, choice } = valid;
  const started = performance.now();
  const scores: WindowScore[] = await backtest(
    model.forecaster,
    lastWindows(series, choice),
    {
      ...choice,
      concurrency: Math.max(1, service.replicas.serving),
      signal: visit.signal,
      claim: visit.claim,
      onStart: () => visit.start(),
    },
    (window, index) => onWindow(JSON.stringify(windowDocument(window, index, valid)), index),
  );
  metrics.inference.observe({ endpoint: "backtest" }, (performance.now() - started) / 1000);
  return resultDocument(await visit.unlessEnded(jsonThread.summarize(scores, choice.seed)));
}

/** Reads, validates and admits a backtest; answers it whole, or as it goes on. */
async function answer(
  c: Context,
  parts: AppParts,
  account: PredictionAccount,
  visit: Visit,
): Promise<Response> {
  const { model, valid } = await admitted(c, parts, visit, {
    endpoint: "backtest",
    parse: (body, context) => parts.jsonThread.parseBacktest(body, context),
    requestsOf: ({ series, choice }) =>
      lastWindows(series, choice).map((window, i) => windowRequest(window, i, choice)),
  });
  const start = startDocument(valid, model.info);
  const headers = { "X-Kronos-Seed": String(valid.choice.seed) };
  const type = eventTypeOf(c, "application/json");
  if (type !== "application/json") {
    return answerEvents(c, parts, { type, account, headers }, async (events) => {
      events.send("start", JSON.stringify(start));
      const result = await run(parts, { model, valid }, visit, (text, index) => {
        events.send("window", text, index + 1);
      });
      events.send("summary", JSON.stringify({ ...start, ...result }));
    });
  }
  const windows: string[] = [];
  const result = await run(parts, { model, valid }, visit, (text) => windows.push(text));
  account.close(null);
  // Each window was written as it came: all at once would hold up the probes.
  const summary = JSON.stringify({ ...start, ...result, windows: undefined });
  const text = `${summary.slice(0, -1)},"windows":[${windows.join(",")}]}`;
  const bytes = new TextEncoder().encode(text);
  return answerInPieces(c, bytes, { ...headers, "Content-Type": "application/json" });
}

/** One backtest: through the gates, and into the metrics and the books. */
export function measuredBacktest(c: Context, parts: AppParts): Promise<Response> {
  return accounted(c, parts, "backtest", (account, visit) => answer(c, parts, account, visit));
}
