/** Entry of the thread for JSON: one task after the other. */
import { summarizeScores } from "../evaluation/summarize_scores.ts";
import { ApiError } from "./errors.ts";
import type { JsonReply, JsonResults, JsonTask } from "./json_thread_messages.ts";
import { parseBacktest, parseRequest } from "./parse_request.ts";
import { answerText } from "./prediction_answer.ts";
import type { ValidSeries } from "./validate_series.ts";

/** The part of a worker's global scope that is used; the program is checked with the window's. */
interface WorkerScope {
  onmessage: (event: MessageEvent<JsonTask>) => void;
  postMessage(reply: JsonReply, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

function done(task: JsonTask): JsonResults[keyof JsonResults] {
  switch (task.kind) {
    case "parse":
      return parseRequest(task.endpoint, task.bytes, task.context);
    case "parse_backtest":
      return parseBacktest(task.bytes, task.context);
    case "summarize":
      return summarizeScores(task.scores, task.seed);
    case "write":
      return new TextEncoder().encode(answerText(task.answer));
  }
}

/** Arrays whose memory changes hands instead of being copied. */
function buffersOf(result: JsonResults[keyof JsonResults]): Transferable[] {
  if (result instanceof Uint8Array) return [result.buffer];
  // A batch has many: copying them would take as long as parsing.
  if (!Array.isArray(result)) return [];
  return result.flatMap(({ request: { candles, stamps } }: ValidSeries) => [
    candles.buffer as ArrayBuffer,
    stamps.buffer as ArrayBuffer,
  ]);
}

scope.onmessage = ({ data }) => {
  try {
    const result = done(data);
    scope.postMessage({ result }, buffersOf(result));
  } catch (thrown) {
    if (thrown instanceof ApiError) {
      const { type, message, details } = thrown;
      scope.postMessage({ refusal: { type, message, details } }, []);
    } else {
      const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
      scope.postMessage({ failure }, []);
    }
  }
};
