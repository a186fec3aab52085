/** Entry of a worker: forecasts in plain TypeScript, all in one message. */
import type {
  Checkpoint,
  ModelArchitecture,
  TokenizerArchitecture,
} from "../kronos/architecture.ts";
import { forecastPlain, type PlainSeries } from "../kronos/forecast.ts";

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

/** Normalised candles `[paths, horizon, 6]` of each series, or why there are none. */
export type PlainForecastAnswer =
  | { readonly forecasts: readonly Float32Array[] }
  | { readonly error: string };

/** The part of a worker's global scope that is used; the program is checked with the window's. */
interface WorkerScope {
  onmessage: (event: MessageEvent<PlainForecastCall>) => void;
  postMessage(answer: PlainForecastAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;

// An error that left the worker would be printed with its stack as well.
function answer({ model, tokenizer, series, maxContext }: PlainForecastCall): PlainForecastAnswer {
  try {
    return { forecasts: series.map((one) => forecastPlain(model, tokenizer, one, maxContext)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

scope.onmessage = ({ data }) => scope.postMessage(answer(data));
