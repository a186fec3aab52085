/** The share of failures among what happened lately. */

/** Parts of the window: how exactly it slides. */
const SLICES = 10;

interface Slice {
  /** Number of the slice, counted from the clock's zero. */
  readonly number: number;
  successes: number;
  failures: number;
}

/** When a share of failures is too much. */
export interface FailureWindowSettings {
  /** How far back it looks, in milliseconds. */
  readonly windowMs: number;
  /** Share of failures, in (0, 1], from which on it is too much. */
  readonly threshold: number;
  /** Outcomes before a share says anything. */
  readonly minRequests: number;
}

/** Successes and failures over a window that slides in tenths; memory does not grow with their number. */
export class FailureWindow {
  readonly #settings: FailureWindowSettings;
  readonly #now: () => number;
  #slices: Slice[] = [];

  /** Nothing has happened yet. `now` is a clock in milliseconds. */
  constructor(settings: FailureWindowSettings, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#now = now;
  }

  /** Counts a success. */
  success(): void {
    this.#slice().successes++;
  }

  /** Counts a failure; whether there are too many now. */
  failure(): boolean {
    this.#slice().failures++;
    const { threshold, minRequests } = this.#settings;
    let successes = 0;
    let failures = 0;
    for (const slice of this.#slices) {
      successes += slice.successes;
      failures += slice.failures;
    }
    const all = successes + failures;
    return all >= minRequests && failures >= threshold * all;
  }

  /** Forgets everything. */
  clear(): void {
    this.#slices = [];
  }

  /** The slice of this moment; those that left the window are forgotten. */
  #slice(): Slice {
    const number = Math.floor(this.#now() * SLICES / this.#settings.windowMs);
    this.#slices = this.#slices.filter((slice) => slice.number > number - SLICES);
    const last = this.#slices.at(-1);
    if (last?.number === number) return last;
    const slice = { number, successes: 0, failures: 0 };
    this.#slices.push(slice);
    return slice;
  }
}
