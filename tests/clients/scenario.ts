/**
 * What the client is asked on each platform. The function's text is run where modules of TypeScript
 * cannot be, so that it uses nothing outside itself.
 */
import type {
  KronosClient as Client,
  PredictRequest,
} from "../../clients/typescript/src/kronos_client.ts";

/** What a platform's client found. */
export interface Findings {
  /** Of the service. */
  readonly ready: string;
  /** Of the model that is loaded. */
  readonly version: string | null;
  /** Closes of a forecast of one series. */
  readonly single: readonly number[];
  /** The same series, as the items of a batch. */
  readonly batch: readonly (readonly number[])[];
  /** The same as it streams in. */
  readonly streamed: readonly number[];
  /** Kinds of events, runs of the same as one. */
  readonly events: readonly string[];
  /** The error of a request that is wrong: its type, and where. */
  readonly refused: readonly unknown[];
  /** The name of what a call throws that is aborted before it begins. */
  readonly aborted: string;
  /** Steps that were read of a stream which was left. */
  readonly left: number;
  /** Windows of a backtest, as they streamed in, and in one answer. */
  readonly windows: readonly number[];
}

/** Asks the service at `origin` in every way. */
export async function scenario(
  KronosClient: typeof Client,
  origin: string,
  request: PredictRequest,
  long: PredictRequest,
): Promise<Findings> {
  const client = new KronosClient({ baseUrl: origin });
  const closes = (candles: readonly { readonly close: number }[]): number[] =>
    candles.map(({ close }) => close);
  const { status: ready } = await client.readiness();
  const { checks: { model: { version } } } = await client.health();
  const single = closes((await client.predict(request, { deadlineMs: 60_000 })).prediction);
  const item = { ...request, series_id: "item" };
  const batch = (await client.predictBatch([item, item])).map((each) => closes(each.prediction));

  const streamed: number[] = [];
  const events: string[] = [];
  for await (const event of client.stream(request)) {
    if (events.at(-1) !== event.type) events.push(event.type);
    if (event.type === "candle") streamed.push(event.data.candle.close);
  }

  const thrown = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
    try {
      await call;
      return {};
    } catch (error) {
      return error as Record<string, unknown>;
    }
  };
  const wrong = { ...request, timestamps: request.timestamps.toReversed() };
  const { type, status, details } = await thrown(client.predict(wrong));
  const { field, index } = details as { field: string; index: number };
  const signal = AbortSignal.abort();
  const { name } = await thrown(client.predict(request, { signal }));

  let left = 0;
  for await (const event of client.stream(long)) {
    if (event.type !== "candle") continue;
    left = event.data.step;
    break;
  }
  const { candles, timestamps } = request;
  const past = { candles, timestamps, horizon: 2, windows: 3, seed: 1 };
  const windows = [0];
  for await (const { type } of client.streamBacktest(past)) if (type === "window") windows[0]++;
  windows.push((await client.backtest(past)).windows.length);
  return {
    ...{ ready, version, single, batch, streamed, events },
    ...{ refused: [type, status, field, index], aborted: String(name), left, windows },
  };
}
