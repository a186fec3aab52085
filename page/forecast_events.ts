/** A forecast as events. */
import type {
  KronosClient,
  PredictRequest,
  StreamEvent,
} from "../clients/typescript/src/kronos_client.ts";

/** Asks, and yields what came step by step. */
export async function* forecastEvents(
  client: KronosClient,
  request: PredictRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const { prediction, quantiles = {}, samples = [], seed = 0, ...rest } = await client.predict(
    request,
    { signal },
  );
  const horizon = prediction.length;
  const levels = Object.keys(quantiles).map(Number);
  yield {
    type: "start",
    data: { ...rest, seed, horizon, sample_count: samples.length, quantile_levels: levels },
  };
  for (const [i, candle] of prediction.entries()) {
    const each = Object.entries(quantiles).map(([level, candles]) => [level, candles[i]]);
    yield { type: "candle", data: { step: i + 1, candle, quantiles: Object.fromEntries(each) } };
  }
  yield { type: "summary", data: { samples, seed } };
}
