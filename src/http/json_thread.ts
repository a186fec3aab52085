/** Parses bodies, writes answers and sums up: what is small at once, what is large where it holds up nobody. */
import type { Config } from "../config.ts";
import type { WindowScore } from "../evaluation/score_window.ts";
import { summarizeScores, type Summary } from "../evaluation/summarize_scores.ts";
import { ApiError } from "./errors.ts";
import type { JsonReply, JsonResults, JsonTask } from "./json_thread_messages.ts";
import { parseBacktest, parseRequest, type SeriesEndpoint } from "./parse_request.ts";
import { answerRows, answerText, type PredictionAnswer } from "./prediction_answer.ts";
import type { ValidBacktest } from "./validate_backtest.ts";
import type { ValidationContext, ValidSeries } from "./validate_series.ts";

const BYTES_PER_KB = 1000;

/** About what a candle of an answer takes as JSON. */
const BYTES_PER_ROW = 150;

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** The thread, which starts with the first large body. */
export class JsonThread {
  readonly #largeBytes: number;
  #worker: Worker | null = null;
  /** In the order in which they were sent, which is that of the replies. */
  #pending: Pending[] = [];

  /** With `workers` 0 everything is done at once, on the thread that asks. */
  constructor({ jsonThreadKb, workers }: Pick<Config, "jsonThreadKb" | "workers">) {
    this.#largeBytes = workers === 0 ? Infinity : jsonThreadKb * BYTES_PER_KB;
  }

  /**
   * The series of a request; see `parseRequest()`.
   *
   * @param bytes the body; the caller has it no longer
   * @throws ApiError MalformedRequest or ValidationError
   */
  async parse(
    endpoint: SeriesEndpoint,
    bytes: Uint8Array<ArrayBuffer>,
    context: ValidationContext | null,
  ): Promise<ValidSeries[]> {
    // A small batch can ask for a hundred thousand time stamps, by its horizons: half a second.
    const small = bytes.length <= this.#largeBytes &&
      (endpoint !== "batch" || this.#largeBytes === Infinity);
    if (small) return parseRequest(endpoint, bytes, context);
    return await this.#call({ kind: "parse", endpoint, bytes, context }, [bytes.buffer]);
  }

  /**
   * The backtest of a request; null without a model. See `parse()`.
   *
   * @throws ApiError MalformedRequest or ValidationError
   */
  async parseBacktest(
    bytes: Uint8Array<ArrayBuffer>,
    context: ValidationContext | null,
  ): Promise<ValidBacktest | null> {
    if (bytes.length <= this.#largeBytes) return parseBacktest(bytes, context);
    return await this.#call({ kind: "parse_backtest", bytes, context }, [bytes.buffer]);
  }

  /** What scores come to, see `summarizeScores()`: takes 0.2 s for many windows, so never at once. */
  async summarize(scores: readonly WindowScore[], seed: number): Promise<Summary> {
    if (this.#largeBytes === Infinity) return summarizeScores(scores, seed);
    return await this.#call({ kind: "summarize", scores, seed }, []);
  }

  /** The body of an answer. */
  async write(answer: PredictionAnswer): Promise<string | Uint8Array<ArrayBuffer>> {
    if (answerRows(answer) * BYTES_PER_ROW <= this.#largeBytes) return answerText(answer);
    return await this.#call({ kind: "write", answer }, []);
  }

  /** Ends the thread; what it has not done is rejected. */
  close(): void {
    this.#end(new Error("Cannot go on: the JSON thread is closed"));
  }

  #call<Kind extends JsonTask["kind"]>(
    task: JsonTask & { readonly kind: Kind },
    transfer: Transferable[],
  ): Promise<JsonResults[Kind]> {
    const worker = this.#worker ??= this.#start();
    return new Promise((resolve, reject) => {
      worker.postMessage(task, transfer);
      this.#pending.push({ resolve, reject });
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./json_thread_worker.ts", import.meta.url), {
      type: "module",
    });
    worker.onmessage = ({ data }: MessageEvent<JsonReply>) => this.#settle(data);
    // The next task starts another one.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(`Cannot go on: the JSON thread failed: ${event.message}`));
    };
    return worker;
  }

  #settle(reply: JsonReply): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return;
    if ("result" in reply) pending.resolve(reply.result as never);
    else if ("failure" in reply) pending.reject(reply.failure);
    else {
      const { type, message, details } = reply.refusal;
      pending.reject(new ApiError(type, message, { details }));
    }
  }

  #end(error: Error): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}
