/**
 * Who may come in. Two gates: at the door, before a body is read, requests and bytes are counted; after
 * it is parsed, its tokens and whether its deadline can be met. Refusal is immediate.
 */
import { DrainingError, OverloadedError } from "./errors.ts";
import { ServiceRate } from "./service_rate.ts";

/**
 * How much longer the work inside may hold a new request up than it takes alone: those that come later
 * share the replicas too, and what comes too late was done for nothing. Measured at four times the
 * capacity: with 1, three quarters of the goodput are lost; with 2, none.
 */
const CROWDING = 2;

/** How much of the mean request each new one replaces. */
const MEAN_WEIGHT = 0.1;

/** Most that may be inside at a time. */
export interface AdmissionLimits {
  /** Requests that wait: inside, and not yet on a replica. */
  readonly waiting: number;
  /** Tokens of admitted requests. */
  readonly tokens: number;
  /** Bytes of bodies. */
  readonly bytes: number;
}

/** What a request will cost. */
export interface RequestWork {
  /** Candles of input and forecast, each path counted. */
  readonly tokens: number;
  /** Time in units of one path's step; see `workOf()`. */
  readonly units: number;
}

/** How much is inside. */
export interface AdmissionFacts {
  /** Requests that wait. */
  readonly waiting: number;
  /** Requests on a replica. */
  readonly running: number;
  /** Tokens of admitted requests. */
  readonly tokens: number;
  /** Most requests that may wait. */
  readonly limit: number;
}

/** One request inside. */
export interface Ticket {
  /** Aborts where the request is refused after it was admitted: by a drain that it would outlast. */
  readonly signal: AbortSignal;
  /**
   * The second gate. With nobody else inside only a deadline that has passed is refused: what is known
   * of the service's rate may be old, and nothing but work renews it.
   *
   * @param budgetMs what is left until its deadline
   * @throws OverloadedError where its tokens do not fit, or its deadline cannot be met
   * @throws DrainingError where it would outlast a drain that has begun
   */
  admit(work: RequestWork, budgetMs: number): void;
  /** Its body is read and has so many bytes. */
  sized(bytes: number): void;
  /** A replica works on it. */
  start(): void;
  /** It is out; `done` where its work was done, from which the service's rate is measured. */
  leave(done: boolean): void;
}

/** A request inside, as the door keeps it. */
interface Guest {
  bytes: number;
  readonly refusal: AbortController;
  work: RequestWork | null;
  started: boolean;
}

/** The two gates. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #rate: ServiceRate;
  /** In the order in which they came. */
  readonly #guests = new Set<Guest>();
  /** Until when what is inside may take, by `performance.now()`; null while the door is open. */
  #closesAt: number | null = null;
  /** Units of a recent request; stands for one that is not parsed yet. */
  #meanUnits = 0;

  /** Nobody is inside. */
  constructor(limits: AdmissionLimits, rate: ServiceRate = new ServiceRate()) {
    this.#limits = limits;
    this.#rate = rate;
  }

  /**
   * The first gate, before the body is read.
   *
   * @param bytes of the body, as announced; the most it may have where it is not
   * @param budgetMs what is left until its deadline
   * @throws DrainingError after `close()`
   * @throws OverloadedError where too many wait, their bodies are too large, or the work that is inside
   *   leaves no time before the deadline
   */
  enter(bytes: number, budgetMs: number): Ticket {
    if (this.#closesAt !== null) throw new DrainingError(this.#backlogMs());
    if (this.facts().waiting >= this.#limits.waiting) {
      throw new OverloadedError("Too many requests wait", "queue_full", this.#backlogMs());
    }
    if (this.#sum((guest) => guest.bytes) + bytes > this.#limits.bytes) {
      throw new OverloadedError("Too many bytes wait", "bytes_full", this.#backlogMs());
    }
    this.#checkDeadline(0, this.#unitsInside(), budgetMs);
    const guest: Guest = { bytes, refusal: new AbortController(), work: null, started: false };
    this.#guests.add(guest);
    return {
      signal: guest.refusal.signal,
      admit: (work, budgetMs) => this.#admit(guest, work, budgetMs),
      sized: (bytes) => guest.bytes = bytes,
      start: () => guest.started = true,
      leave: (done) => this.#leave(guest, done),
    };
  }

  /** How much is inside. */
  facts(): AdmissionFacts {
    const running = this.#sum((guest) => guest.started ? 1 : 0);
    return {
      waiting: this.#guests.size - running,
      running,
      tokens: this.#sum((guest) => guest.work?.tokens ?? 0),
      limit: this.#limits.waiting,
    };
  }

  /**
   * Nobody enters any more. Of those who wait, in the order in which they came, the ones whose work
   * would not be done within the budget are refused at once.
   */
  close(budgetMs: number): void {
    this.#closesAt = performance.now() + budgetMs;
    let units = 0;
    for (const { work, started, refusal } of this.#guests) {
      units += work?.units ?? 0;
      const tooLate = this.#rate.msFor(units) > budgetMs;
      if (!started && work !== null && tooLate) refusal.abort(new DrainingError(budgetMs));
    }
  }

  #admit(guest: Guest, work: RequestWork, budgetMs: number): void {
    if (this.facts().tokens + work.tokens > this.#limits.tokens) {
      throw new OverloadedError("Too many tokens wait", "tokens_full", this.#backlogMs());
    }
    const ahead = this.#unitsInside() - this.#meanUnits;
    const own = this.#guests.size > 1 ? work.units : 0;
    this.#checkDeadline(own, ahead, budgetMs);
    const drainMs = this.#closesAt === null ? Infinity : this.#closesAt - performance.now();
    if (this.#rate.msFor(ahead + work.units) > drainMs) throw new DrainingError(drainMs);
    if (this.#sum((other) => other.work === null ? 0 : 1) === 0) this.#rate.begin();
    guest.work = work;
    this.#meanUnits += MEAN_WEIGHT * (work.units - this.#meanUnits);
  }

  /** Refuses work that would not be done in time behind what is inside. */
  #checkDeadline(own: number, inside: number, budgetMs: number): void {
    const insideMs = this.#rate.msFor(inside);
    const expectedMs = insideMs * CROWDING + this.#rate.msFor(own);
    if (expectedMs <= budgetMs) return;
    throw new OverloadedError(
      `The deadline cannot be met: it may take ${Math.ceil(expectedMs)} ms`,
      "deadline",
      insideMs,
    );
  }

  #leave(guest: Guest, done: boolean): void {
    if (!this.#guests.delete(guest) || guest.work === null) return;
    const idle = this.#sum((other) => other.work === null ? 0 : 1) === 0;
    this.#rate.finish(done ? guest.work.units : 0, idle);
  }

  /** How long what is inside will take, in milliseconds. */
  #backlogMs(): number {
    return this.#rate.msFor(this.#unitsInside());
  }

  #unitsInside(): number {
    return this.#sum((guest) => guest.work?.units ?? this.#meanUnits);
  }

  #sum(of: (guest: Guest) => number): number {
    let sum = 0;
    for (const guest of this.#guests) sum += of(guest);
    return sum;
  }
}
