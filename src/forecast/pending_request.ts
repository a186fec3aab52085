import type { SeriesChunk, SeriesInput } from "../inference/engine.ts";
import type { Share } from "./fair_share.ts";
import type { PhaseTimings } from "./forecast.ts";

/** Candles of consecutive steps, normalised; at least one step. */
export type GeneratedCandles = Pick<SeriesChunk, "firstStep" | "steps" | "candles">;

/** One series on its way through the scheduler. */
export interface SeriesJob {
  /** Sample paths: the rows it adds to a decode call. */
  readonly paths: number;
  /** Candles of its input and steps of its paths: what it takes of a replica's memory. */
  readonly tokens: number;
  /** Builds the model's input; called when the series' turn has come, again where it is tried again. */
  prepare(): SeriesInput;
  /**
   * Takes generated candles as they come, in order; from step 0 again where the series is tried again.
   * A throw fails the request.
   *
   * @param lastCandle the last candle of the input as its tokens say, normalised, `[6]`
   */
  advance(candles: GeneratedCandles, lastCandle: Float32Array): void;
  /** The series is done: every step has been handed over. A throw fails the request. */
  finish(timings: PhaseTimings): void;
}

/** Several series that succeed or fail together, and the promise of whoever asked for them. */
export class PendingRequest {
  /** When it came, in `performance.now()` milliseconds. */
  readonly submittedAt: number = performance.now();
  /** Resolves when every series has finished; rejects with the first failure or the signal's reason. */
  readonly settlement: Promise<void>;
  /** What it has had of the replicas' time. */
  readonly share: Share;
  /** Series that wait for their turn, in order. */
  readonly #waiting: SeriesJob[];
  /** How often each has failed. */
  readonly #failures = new Map<SeriesJob, number>();
  /** Of series that will be tried again. */
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #count: number;
  readonly #signal: AbortSignal;
  readonly #onSettled: (request: PendingRequest) => void;
  readonly #onAbort = () => this.fail(this.#signal.reason);
  #resolve!: () => void;
  #reject!: (reason: unknown) => void;
  #started = false;
  #finished = 0;
  #settled = false;

  /**
   * Listens to the signal until it settles.
   *
   * @param share says when its turn comes
   * @param onSettled called once, before the promise settles
   */
  constructor(
    jobs: readonly SeriesJob[],
    signal: AbortSignal,
    share: Share,
    onSettled: (request: PendingRequest) => void,
  ) {
    this.share = share;
    this.#waiting = [...jobs];
    this.#count = jobs.length;
    this.#signal = signal;
    this.#onSettled = onSettled;
    this.settlement = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Whether its promise is settled, so that nobody wants its series any more. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether any of its series has been taken to a replica. */
  get started(): boolean {
    return this.#started;
  }

  /** The series that is to go next; undefined when none waits. */
  get nextJob(): SeriesJob | undefined {
    return this.#settled ? undefined : this.#waiting[0];
  }

  /** Takes the series that is to go next. */
  takeJob(): SeriesJob {
    const job = this.nextJob;
    if (job === undefined) throw new Error("Cannot take a series: none waits in this request");
    this.#waiting.shift();
    this.#started = true;
    return job;
  }

  /** Counts a failure of a series that was taken; how often it has failed so far. */
  countFailure(job: SeriesJob): number {
    const failures = (this.#failures.get(job) ?? 0) + 1;
    this.#failures.set(job, failures);
    return failures;
  }

  /** Lets a series that was taken wait again, before the others, after a pause in milliseconds. */
  retry(job: SeriesJob, delayMs: number, onWaiting: () => void): void {
    if (this.#settled) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#waiting.unshift(job);
      onWaiting();
    }, delayMs);
    this.#timers.add(timer);
  }

  /** Counts one more finished series; the last one resolves the promise. */
  finishOne(): void {
    this.#finished++;
    if (this.#finished === this.#count && this.#settle()) this.#resolve();
  }

  /** Rejects the promise, unless it is settled. */
  fail(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#onSettled(this);
    return true;
  }
}
