/** Entry of a worker: forecasts in plain TypeScript, all in one message. */
import type {
  Checkpoint,
  ModelArchitecture,
  TokenizerArchitecture,
} from "../kronos/architecture.ts";
import { forecastPlain, type PlainSeries } from "../kronos/forecast.ts";
import { answerCall } from "./worker_call.ts";

/** What to forecast. */
export interface PlainForecastCall {
  /** The transformer. */
  readonly model: Checkpoint<ModelArchitecture>;
  /** Its tokenizer. */
  readonly tokenizer: Checkpoint<TokenizerArchitecture>;
  /** Normalised series. */
  readonly series: readonly PlainSeries[];
  /** Tokens a query may see. */
  readonly maxContext: number;
}

// The answer: normalised candles `[paths, horizon, 6]` of each series.
answerCall(({ model, tokenizer, series, maxContext }: PlainForecastCall) =>
  series.map((one) => forecastPlain(model, tokenizer, one, maxContext))
);
