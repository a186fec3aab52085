/** The backtest as the OpenAPI document states it. */
import type { App } from "./app_env.ts";
import { BACKTEST, BACKTEST_LINE, BACKTEST_REQUEST } from "./backtest_examples.ts";
import { backtestLineSchema, backtestRequestSchema, backtestSchema } from "./backtest_schemas.ts";
import { registerForecast } from "./documented_predictions.ts";
import { eventContent, json, SEED_HEADER } from "./documented_responses.ts";

const DESCRIPTION = `How forecasts of these candles would have been: scores of the close beside the
last value and random walks, with intervals, and each window to draw. \`Accept: text/event-stream\` or
\`application/x-ndjson\` answers as it goes on: \`start\`, one \`window\` each, \`summary\`, or \`error\`.`;

/** Registers it. */
export function registerBacktest(app: App): void {
  const whole = json(DESCRIPTION, backtestSchema, BACKTEST);
  registerForecast(
    app,
    "/v1/backtest",
    "Score forecasts of the last candles of a series",
    { schema: backtestRequestSchema, example: BACKTEST_REQUEST },
    {
      ...whole,
      headers: { ...whole.headers, ...SEED_HEADER },
      content: { ...whole.content, ...eventContent(backtestLineSchema, BACKTEST_LINE) },
    },
  );
}
