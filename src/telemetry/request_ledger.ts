/**
 * What became of every request: the books that a stop is judged by. A request is accepted when it is
 * admitted, and ends in one of three ways; what is accepted and never ends is lost.
 */

/** How an accepted request ended, or `refused` where a drain sent it away before it was begun. */
export type Outcome = "finished" | "aborted" | "gone" | "refused";

/** Sums over requests. */
export interface LedgerSums {
  /** Admitted. */
  readonly accepted: number;
  /** Its answer was written whole. */
  readonly finished: number;
  /** 429 or 503 instead of being admitted, or before it was begun. */
  readonly refused: number;
  /** Admitted, then ended by a deadline or cut by the end of a drain. */
  readonly aborted: number;
  /** Its client left first. */
  readonly gone: number;
  /** Accepted less all of these but `refused`. */
  readonly lost: number;
}

/** The books at one moment. */
export interface LedgerReport extends LedgerSums {
  /** The same from `markSignal()` on, with what was under way then. */
  readonly since_signal: LedgerSums;
  /** The longest accepted request, in milliseconds. */
  readonly slowest_ms: number;
  /** Its request id; null where there was none. */
  readonly slowest_request_id: string | null;
}

/** Ends an accepted request; only the first call counts. */
export type EndOfRequest = (outcome: Outcome) => void;

type Counts = Record<Outcome | "accepted", number>;

function none(): Counts {
  return { accepted: 0, finished: 0, refused: 0, aborted: 0, gone: 0 };
}

function sums({ accepted, finished, refused, aborted, gone }: Counts): LedgerSums {
  const lost = accepted - finished - aborted - gone;
  return { accepted, finished, refused, aborted, gone, lost };
}

/** Counts requests. */
export class RequestLedger {
  readonly #now: () => number;
  #all = none();
  #sinceSignal = none();
  #slowestMs = 0;
  #slowestRequestId: string | null = null;
  #cut = false;

  /** Empty books; `now` is a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Accepted requests that have not ended. */
  get open(): number {
    return sums(this.#all).lost;
  }

  /** A request is admitted. */
  accept(requestId: string): EndOfRequest {
    const from = this.#now();
    let open = true;
    this.#count("accepted", 1);
    return (outcome) => {
      if (!open) return;
      open = false;
      this.#count(outcome === "gone" && this.#cut ? "aborted" : outcome, 1);
      if (outcome === "refused") {
        this.#count("accepted", -1);
        return;
      }
      const took = this.#now() - from;
      if (took < this.#slowestMs) return;
      this.#slowestMs = took;
      this.#slowestRequestId = requestId;
    };
  }

  /** A request is not admitted: 429 or 503. */
  refuse(): void {
    this.#count("refused", 1);
  }

  /** A signal has come: what is under way and what comes from now on is counted apart as well. */
  markSignal(): void {
    this.#sinceSignal = { ...none(), accepted: this.open };
  }

  /** Connections are cut from now on: whose answer is not written, has not left but is aborted. */
  markCut(): void {
    this.#cut = true;
  }

  /** The sums so far. */
  report(): LedgerReport {
    return {
      ...sums(this.#all),
      since_signal: sums(this.#sinceSignal),
      slowest_ms: Math.round(this.#slowestMs),
      slowest_request_id: this.#slowestRequestId,
    };
  }

  #count(name: keyof Counts, by: number): void {
    this.#all[name] += by;
    this.#sinceSignal[name] += by;
  }
}
