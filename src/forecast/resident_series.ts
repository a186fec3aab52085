import { FEATURES } from "../kronos/architecture.ts";
import type { Prefilled, SeriesChunk, SeriesInput } from "../inference/engine.ts";
import { InferenceFailedError } from "./errors.ts";
import type { PhaseTimings } from "./forecast.ts";
import type { PendingRequest, SeriesJob } from "./pending_request.ts";

/** A series whose context a replica holds, and how far it is. */
export class ResidentSeries {
  /** The request it belongs to. */
  readonly request: PendingRequest;
  /** Names it in calls to its replica. */
  readonly handle: number;
  /** Series of equal cohorts at the same step may be decoded together. */
  readonly cohort: string;
  /** Its sample paths: rows of a decode call. */
  readonly paths: number;
  /** What it is for. */
  readonly job: SeriesJob;
  readonly #horizon: number;
  readonly #firstWaitMs: number;
  readonly #tokenizeMs: number;
  readonly #prefillMs: number;
  readonly #lastCandle: Float32Array;
  #steps = 0;
  #calls = 0;
  #decodeMs = 0;
  #finished = false;

  /**
   * A series at step 0.
   *
   * @param input what `prefilled` was made from
   */
  constructor(request: PendingRequest, job: SeriesJob, input: SeriesInput, prefilled: Prefilled) {
    this.request = request;
    this.handle = prefilled.handle;
    this.cohort = prefilled.cohort;
    this.paths = input.paths;
    this.job = job;
    this.#horizon = input.horizon;
    const { tokenizeMs, prefillMs } = prefilled;
    const waitedMs = performance.now() - request.submittedAt - tokenizeMs - prefillMs;
    this.#firstWaitMs = Math.max(0, waitedMs);
    this.#tokenizeMs = tokenizeMs;
    this.#prefillMs = prefillMs;
    this.#lastCandle = prefilled.lastCandle;
  }

  /** Steps whose candles it has handed on. */
  get step(): number {
    return this.#steps;
  }

  /** Whether its replica may forget it: it has reached its horizon. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Takes what one decode call made of the series and hands its candles on. What goes wrong fails its
   * request, and no other of the same call.
   *
   * @param chunk undefined where the replica left the series out
   * @param decodeMs time of the whole call, which the series shared with its group
   */
  advance(chunk: SeriesChunk | undefined, decodeMs: number): void {
    if (this.request.settled) return;
    this.#decodeMs += decodeMs;
    this.#calls++;
    try {
      const checked = this.#checked(chunk);
      if (checked.steps > 0) this.job.advance(checked, this.#lastCandle);
      this.#steps += checked.steps;
      this.#finished = checked.done;
      if (!this.#finished) return;
      this.job.finish(this.#timings());
      this.request.finishOne();
    } catch (error) {
      this.request.fail(error);
    }
  }

  /** @throws InferenceFailedError where the chunk does not go on from where the series is */
  #checked(chunk: SeriesChunk | undefined): SeriesChunk {
    if (chunk === undefined) throw broken("the replica answered without it");
    const { steps, candles, done } = chunk;
    const end = this.#steps + steps;
    if (steps > 0 && chunk.firstStep !== this.#steps) {
      throw broken(`its candles go on at step ${chunk.firstStep} instead of ${this.#steps}`);
    }
    if (end > this.#horizon || done !== (end === this.#horizon)) {
      throw broken(`${done ? "done" : "not done"} after ${end} of ${this.#horizon} steps`);
    }
    if (candles.length !== this.paths * steps * FEATURES) {
      throw broken(`${candles.length} numbers for ${this.paths} paths of ${steps} steps`);
    }
    // Each call advances by a step at least, even where the candles are withheld until the last.
    if (!done && this.#calls >= this.#horizon) throw broken("it does not advance");
    return chunk;
  }

  /** The phases add up to the total: whatever is not the replica's work on it is queueing. */
  #timings(): PhaseTimings {
    const totalMs = performance.now() - this.request.submittedAt;
    const tokenizeMs = this.#tokenizeMs;
    const prefillMs = this.#prefillMs;
    const decodeMs = this.#decodeMs;
    const queueMs = Math.max(0, totalMs - tokenizeMs - prefillMs - decodeMs);
    const firstWaitMs = this.#firstWaitMs;
    return { queueMs, firstWaitMs, tokenizeMs, prefillMs, decodeMs, totalMs };
  }
}

function broken(state: string): InferenceFailedError {
  return new InferenceFailedError(`Cannot decode the series: ${state}`);
}
