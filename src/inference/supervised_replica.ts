/**
 * A replica that is watched: where its worker dies, hangs or has no memory left, the worker is given up
 * and another takes its place.
 */
import { ExponentialBackoff, fullJitterGenerator, handleAll, retry } from "cockatiel";
import type { Prefilled, Replica, SeriesChunk, SeriesInput } from "./engine.ts";
import { ReplicaFault, replicaFault } from "./replica_fault.ts";

/** What is watched: a replica that can be given up in the middle of a call. */
export interface AbandonableReplica extends Omit<Replica, "available"> {
  /** Ends it at once; calls under way reject with `fault`. */
  abandon(fault: ReplicaFault): void;
}

/** How long things may take, in milliseconds. */
export interface SupervisionTimes {
  /** Opening a replica, the first or another. */
  readonly openTimeoutMs: number;
  /** One call. */
  readonly runTimeoutMs: number;
  /** First pause between two tries to replace a replica, doubled each time. */
  readonly backoffBaseMs: number;
  /** The longest of these pauses. */
  readonly backoffCapMs: number;
}

/** Who hears of what happens to a replica; must not throw. */
export interface SupervisionEvents {
  /** It is lost; it will be replaced. */
  lost(fault: ReplicaFault): void;
  /** Another has taken its place. */
  replaced(): void;
  /** A try to replace it failed; the next is in so many milliseconds. */
  replacementFailed(error: unknown, nextTryMs: number): void;
}

/** A replica that is replaced where it is lost. */
export class SupervisedReplica implements Replica {
  readonly #open: () => Promise<AbandonableReplica>;
  readonly #times: SupervisionTimes;
  readonly #events: SupervisionEvents;
  readonly #closing = new AbortController();
  /** Null while it is being replaced. */
  #current: AbandonableReplica | null;
  /** Resolves when it is replaced; rejects when it is closed meanwhile. */
  #replacement: Promise<void> = Promise.resolve();

  /**
   * Watches a replica.
   *
   * @param first is open already
   * @param open makes the next
   */
  constructor(
    first: AbandonableReplica,
    open: () => Promise<AbandonableReplica>,
    times: SupervisionTimes,
    events: SupervisionEvents,
  ) {
    this.#current = first;
    this.#open = open;
    this.#times = times;
    this.#events = events;
  }

  /** Whether it takes calls now. */
  get serving(): boolean {
    return this.#current !== null;
  }

  /** See `Replica`. */
  available(): Promise<void> {
    return this.#replacement;
  }

  /** See `Replica`. */
  prefill(input: SeriesInput): Promise<Prefilled> {
    return this.#watched((replica) => replica.prefill(input));
  }

  /** See `Replica`. */
  decode(
    handles: readonly number[],
    steps: number,
  ): Promise<{ readonly chunks: readonly SeriesChunk[]; readonly decodeMs: number }> {
    return this.#watched((replica) => replica.decode(handles, steps));
  }

  /** See `Replica`. */
  release(handles: readonly number[]): Promise<void> {
    return this.#watched((replica) => replica.release(handles));
  }

  /** See `Replica`. What is being opened in its place is closed as soon as it is open. */
  async close(): Promise<void> {
    this.#closing.abort();
    const replica = this.#current;
    if (replica === null) return;
    try {
      await this.#watched(() => {
        this.#current = null;
        return replica.close();
      });
    } catch (thrown) {
      // What is lost needs no closing.
      if (!replicaFault(thrown).losesReplica) throw thrown;
    }
  }

  async #watched<Answer>(call: (replica: AbandonableReplica) => Promise<Answer>): Promise<Answer> {
    const replica = this.#current;
    if (replica === null) {
      throw new ReplicaFault("died", "Cannot infer: the replica is being replaced");
    }
    const { runTimeoutMs } = this.#times;
    const watchdog = setTimeout(() => {
      replica.abandon(new ReplicaFault("hung", `No answer within ${runTimeoutMs} ms`));
    }, runTimeoutMs);
    try {
      return await call(replica);
    } catch (thrown) {
      const fault = replicaFault(thrown);
      if (fault.losesReplica) this.#lose(replica, fault);
      throw fault;
    } finally {
      clearTimeout(watchdog);
    }
  }

  #lose(replica: AbandonableReplica, fault: ReplicaFault): void {
    if (this.#current !== replica) return;
    this.#current = null;
    replica.abandon(fault);
    this.#events.lost(fault);
    this.#replacement = this.#replace();
    // Whoever waits for it is told; where nobody does, a close in between is no failure.
    this.#replacement.catch(() => {});
  }

  async #replace(): Promise<void> {
    const { backoffBaseMs, backoffCapMs } = this.#times;
    const { signal } = this.#closing;
    const tries = retry(handleAll, {
      maxAttempts: Infinity,
      backoff: new ExponentialBackoff({
        generator: fullJitterGenerator,
        initialDelay: backoffBaseMs,
        maxDelay: backoffCapMs,
      }),
    });
    tries.onRetry((failure) => {
      const error = "error" in failure ? failure.error : failure.value;
      this.#events.replacementFailed(error, failure.delay);
    });
    const next = await tries.execute(() => {
      signal.throwIfAborted();
      return this.#open();
    }, signal);
    if (signal.aborted) {
      await next.close();
      signal.throwIfAborted();
    }
    this.#current = next;
    this.#events.replaced();
  }
}
