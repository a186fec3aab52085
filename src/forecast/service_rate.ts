/** How fast the service works, from what it did lately. */

/** Time after which what was measured counts half, in milliseconds of work. */
const HALF_LIFE_MS = 10_000;

/**
 * A young service forgets faster, after this share of what it has worked so far: until V8 has compiled
 * what is hot, some seconds, it is several times slower than ever after, and would refuse by that.
 */
const YOUNG_SHARE = 1 / 4;

/** Work done by time spent on it, idle time left out. */
export class ServiceRate {
  readonly #now: () => number;
  #units = 0;
  #busyMs = 0;
  #totalMs = 0;
  /** Since when work is under way that is not counted yet; null when idle. */
  #since: number | null = null;

  /** Nothing is known yet. `now` is a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Work begins after a pause. */
  begin(): void {
    this.#since = this.#now();
  }

  /** A piece of work ends; `idle` where it was the last. */
  finish(units: number, idle: boolean): void {
    const now = this.#now();
    const elapsed = now - (this.#since ?? now);
    this.#totalMs += elapsed;
    const halfLifeMs = Math.min(HALF_LIFE_MS, this.#totalMs * YOUNG_SHARE);
    const kept = halfLifeMs > 0 ? 0.5 ** (elapsed / halfLifeMs) : 1;
    this.#units = this.#units * kept + units;
    this.#busyMs = this.#busyMs * kept + elapsed;
    this.#since = idle ? null : now;
  }

  /** How long so much work takes, in milliseconds; 0 while nothing is known. */
  msFor(units: number): number {
    return this.#units > 0 ? units * this.#busyMs / this.#units : 0;
  }
}
