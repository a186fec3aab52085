/**
 * A replica that is watched: where its worker dies, hangs or has no memory left, the worker is given up
 * and another takes its place. One that is not open yet is opened in the same way.
 */
import { ExponentialBackoff, fullJitterGenerator, handleAll, retry } from "cockatiel";
import type { Prefilled, Replica, SeriesChunk, SeriesInput } from "./engine.ts";
import { ReplicaFault, replicaFault } from "./replica_fault.ts";

/** What is watched: a replica that can be given up in the middle of a call. */
export interface AbandonableReplica extends Omit<Replica, "available" | "worn" | "renew"> {
  /** Bytes that its runtime has taken, and never gives back; 0 where that is not known. */
  readonly heapBytes: number;
  /** Ends it at once; calls under way reject with `fault`. */
  abandon(fault: ReplicaFault): void;
}

/** How long things may take, in milliseconds, and how large a replica may grow. */
export interface SupervisionLimits {
  /** Opening a replica, the first or another. */
  readonly openTimeoutMs: number;
  /** One call. */
  readonly runTimeoutMs: number;
  /** Bytes of its runtime from which on a replica is renewed. */
  readonly maxHeapBytes: number;
  /** First pause between two tries to replace a replica, doubled each time. */
  readonly backoffBaseMs: number;
  /** The longest of these pauses. */
  readonly backoffCapMs: number;
}

/** Who hears of what happens to a replica; must not throw. */
export interface SupervisionEvents {
  /** It is lost; it will be replaced. */
  lost(fault: ReplicaFault): void;
  /** It has grown past its mark, to so many bytes, and another will take its place. */
  worn(heapBytes: number): void;
  /** It was not open at first, and is now. */
  opened(): void;
  /** Another has taken its place. */
  replaced(): void;
  /** A try to open it, or another in its place, failed; the next is in so many milliseconds. */
  openFailed(error: unknown, nextTryMs: number): void;
}

/** Opens a replica; rejects soon after the signal aborts. */
export type OpenReplica = (signal: AbortSignal) => Promise<AbandonableReplica>;

/** A replica that is replaced where it is lost. */
export class SupervisedReplica implements Replica {
  readonly #open: OpenReplica;
  readonly #limits: SupervisionLimits;
  readonly #events: SupervisionEvents;
  readonly #closing = new AbortController();
  /** Null while one is being opened. */
  #current: AbandonableReplica | null;
  /** Whether it has held a series since it was opened. */
  #used = false;
  /** The last try to open one. */
  #opening: Promise<unknown> = Promise.resolve();
  /** Resolves when one is open; rejects when it is closed meanwhile. */
  #available: Promise<void> = Promise.resolve();

  /**
   * Watches a replica.
   *
   * @param first is open already; where it is null, one is opened from now on
   * @param open makes the next
   */
  constructor(
    first: AbandonableReplica | null,
    open: OpenReplica,
    limits: SupervisionLimits,
    events: SupervisionEvents,
  ) {
    this.#current = first;
    this.#open = open;
    this.#limits = limits;
    this.#events = events;
    if (first === null) this.#awaits(this.#openNext(() => events.opened()));
  }

  /** Whether it takes calls now. */
  get serving(): boolean {
    return this.#current !== null;
  }

  /** See `Replica`. */
  available(): Promise<void> {
    return this.#available;
  }

  /** See `Replica`. A new one is not, however large: what follows would be no smaller. */
  get worn(): boolean {
    const heapBytes = this.#current?.heapBytes ?? 0;
    return this.#used && heapBytes > this.#limits.maxHeapBytes;
  }

  /** See `Replica`. The old one ends before another opens: memory for both at once may be missing. */
  async renew(): Promise<void> {
    const replica = this.#current;
    if (replica !== null) {
      this.#current = null;
      this.#events.worn(replica.heapBytes);
      this.#awaits(this.#end(replica).then(() => this.#replace()));
    }
    await this.#available;
  }

  /** See `Replica`. */
  prefill(input: SeriesInput): Promise<Prefilled> {
    this.#used = true;
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

  /** See `Replica`. What is being opened is given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    const replica = this.#current;
    this.#current = null;
    if (replica !== null) await this.#end(replica);
    await Promise.allSettled([this.#opening]);
  }

  async #end(replica: AbandonableReplica): Promise<void> {
    try {
      await this.#timed(replica, replica.close());
    } catch (thrown) {
      // What is lost needs no closing.
      if (!replicaFault(thrown).losesReplica) throw thrown;
    }
  }

  async #watched<Answer>(call: (replica: AbandonableReplica) => Promise<Answer>): Promise<Answer> {
    const replica = this.#current;
    if (replica === null) {
      throw new ReplicaFault("died", "Cannot infer: the replica is not open");
    }
    try {
      return await this.#timed(replica, call(replica));
    } catch (thrown) {
      const fault = replicaFault(thrown);
      if (fault.losesReplica) this.#lose(replica, fault);
      throw fault;
    }
  }

  /** Gives the replica up where its answer takes longer than any may. */
  async #timed<Answer>(replica: AbandonableReplica, answer: Promise<Answer>): Promise<Answer> {
    const { runTimeoutMs } = this.#limits;
    const watchdog = setTimeout(() => {
      replica.abandon(new ReplicaFault("hung", `No answer within ${runTimeoutMs} ms`));
    }, runTimeoutMs);
    try {
      return await answer;
    } finally {
      clearTimeout(watchdog);
    }
  }

  #lose(replica: AbandonableReplica, fault: ReplicaFault): void {
    if (this.#current !== replica) return;
    this.#current = null;
    replica.abandon(fault);
    this.#events.lost(fault);
    this.#awaits(this.#replace());
  }

  #awaits(available: Promise<void>): void {
    this.#available = available;
    // Whoever waits for it is told; where nobody does, a close in between is no failure.
    available.catch(() => {});
  }

  #replace(): Promise<void> {
    return this.#openNext(() => this.#events.replaced());
  }

  async #openNext(onOpen: () => void): Promise<void> {
    const { backoffBaseMs, backoffCapMs } = this.#limits;
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
      this.#events.openFailed(error, failure.delay);
    });
    this.#current = await tries.execute(() => {
      const opening = this.#tryToOpen();
      this.#opening = opening;
      return opening;
    }, this.#closing.signal);
    this.#used = false;
    onOpen();
  }

  /** Where it is closed meanwhile, so is what was opened. */
  async #tryToOpen(): Promise<AbandonableReplica> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const next = await this.#open(signal);
    if (signal.aborted) await next.close();
    signal.throwIfAborted();
    return next;
  }
}
