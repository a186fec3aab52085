/**
 * How the replicas' time is shared out: equally among clients that wait, and among the requests of one
 * client by how soon each is due. Start-time fair queueing (Goyal, Vin, Cheng, 1996): whoever has had
 * least goes next, and who comes anew starts where the least served one is, so that idling saves
 * nothing up and nobody waits for those before it to be caught up with.
 */

/** Whose a request is, and until when it is of use. */
export interface Claim {
  /** Names the client; equal names share one client's time. */
  readonly client: string;
  /** By `performance.now()`; Infinity where there is none. */
  readonly deadlineAt: number;
}

/** Of requests that nobody claims, as in tests and on the command line. */
export const UNCLAIMED: Claim = { client: "", deadlineAt: Infinity };

/** What is due sooner than this gets no more for that, so that the others of its client go on. */
const SOON_MS = 5000;

/** What is due later than this is all alike: with `SOON_MS`, the most urgent gets 12 times its share. */
const LATE_MS = 60_000;

interface Account {
  servedMs: number;
  readonly shares: Set<Share>;
}

/** What one request has had, and its client. */
export class Share {
  readonly #account: Account;
  readonly #deadlineAt: number;
  readonly #now: () => number;
  readonly #order: number;
  /** Milliseconds, those of urgent requests counted less. */
  #virtualMs: number;

  /** Use `FairShare.open()`. */
  constructor(account: Account, deadlineAt: number, order: number, now: () => number) {
    this.#account = account;
    this.#deadlineAt = deadlineAt;
    this.#order = order;
    this.#now = now;
    this.#virtualMs = least([...account.shares], (share) => share.#virtualMs);
    account.shares.add(this);
  }

  /** Whether two requests are of one client. */
  isOfClientOf(other: Share): boolean {
    return this.#account === other.#account;
  }

  /** What its client has had, in milliseconds of a replica. */
  get clientMs(): number {
    return this.#account.servedMs;
  }

  /** It has had so many milliseconds of a replica. */
  charge(ms: number): void {
    this.#account.servedMs += ms;
    const leftMs = Math.min(LATE_MS, Math.max(SOON_MS, this.#deadlineAt - this.#now()));
    this.#virtualMs += ms * leftMs / LATE_MS;
  }

  /** Below 0 where this one goes before the other. */
  compare(other: Share): number {
    return this.#account.servedMs - other.#account.servedMs ||
      this.#virtualMs - other.#virtualMs || this.#order - other.#order;
  }

  /** It needs nothing more. */
  close(): void {
    this.#account.shares.delete(this);
  }
}

/** What every client has had. */
export class FairShare {
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  #opened = 0;

  /** Nobody waits. `now` is a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Clients that are remembered: those that wait, and those that lately had more than they. */
  get size(): number {
    return this.#accounts.size;
  }

  /** A request begins to wait. */
  open({ client, deadlineAt }: Claim): Share {
    const waiting = [...this.#accounts.values()].filter(({ shares }) => shares.size > 0);
    const leastMs = least(waiting, ({ servedMs }) => servedMs);
    for (const [name, { servedMs, shares }] of this.#accounts) {
      const owes = waiting.length > 0 && servedMs > leastMs;
      if (shares.size === 0 && !owes) this.#accounts.delete(name);
    }
    const account = this.#accounts.get(client) ?? { servedMs: leastMs, shares: new Set() };
    this.#accounts.set(client, account);
    return new Share(account, deadlineAt, this.#opened++, this.#now);
  }
}

/** The least value; 0 of nothing. */
function least<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.length === 0 ? 0 : Math.min(...items.map(of));
}
