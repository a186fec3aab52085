/** A replica without a model: its candles are a formula, and it notes each breach of the contract. */
import type { Prefilled, Replica, SeriesChunk, SeriesInput } from "../../inference/engine.ts";
import { FEATURES } from "../../kronos/architecture.ts";

/** How a fake replica behaves. */
export interface FakeReplicaOptions {
  /** Awaited in each call, so that a test decides what happens meanwhile. */
  readonly pause?: () => Promise<unknown>;
  /** Thrown by the calls it returns an error for. */
  readonly failure?: (call: "prefill" | "decode", seeds: readonly number[]) => Error | undefined;
  /** Whether it is worn, after so many prefills since it was renewed; never unless given. */
  readonly worn?: (prefills: number) => boolean;
  /** When it takes calls; at once unless given. */
  readonly available?: () => Promise<void>;
  /** Series with equal answers may be decoded together; all are equal unless given. */
  readonly cohort?: (input: SeriesInput) => string;
  /** A normalised value of a candle; `fakeValue()` unless given. */
  readonly value?: (seed: number, path: number, step: number, column: number) => number;
  /** What a decode call says it took, in milliseconds; 3 unless given. */
  readonly decodeMs?: (rows: number) => number;
  /** Every normalised value of the last candle of an input as its tokens say; 0 unless given. */
  readonly lastCandle?: number;
}

/** One decode call. */
export interface FakeDecodeCall {
  /** The series advanced, by their seeds. */
  readonly seeds: readonly number[];
  /** Sample paths of all of them. */
  readonly rows: number;
}

interface Held {
  readonly input: SeriesInput;
  readonly cohort: string;
  step: number;
}

/** A different number for each series, path, step and column; exact in float32. */
export function fakeValue(seed: number, path: number, step: number, column: number): number {
  return (((seed * 64 + path) * 512 + step) * FEATURES + column) % 2 ** 24;
}

/** The fake; tests read what happened from its fields. */
export class FakeReplica implements Replica {
  /** Breaches of the contract, in words; a test asserts that there is none. */
  readonly breaches: string[] = [];
  /** Every prefill's series, by seed. */
  readonly prefills: number[] = [];
  /** Every decode call, in order. */
  readonly decodes: FakeDecodeCall[] = [];
  /** Most series held at a time. */
  mostHeld = 0;
  /** How often it was renewed. */
  renewals = 0;
  /** Most tokens of several series held at a time, those to be generated included. */
  mostTokens = 0;
  readonly #options: FakeReplicaOptions;
  readonly #held = new Map<number, Held>();
  #handles = 0;
  #prefillsBefore = 0;
  #calling = false;

  /** By default each call takes one turn of the event loop and succeeds. */
  constructor(options: FakeReplicaOptions = {}) {
    this.#options = options;
  }

  /** Series that were prefilled and not released. */
  get held(): number {
    return this.#held.size;
  }

  /** See `Replica`. */
  available(): Promise<void> {
    return this.#options.available?.() ?? Promise.resolve();
  }

  /** See `Replica`. */
  get worn(): boolean {
    return this.#options.worn?.(this.prefills.length - this.#prefillsBefore) ?? false;
  }

  /** See `Replica`; what it holds then is a breach. */
  renew(): Promise<void> {
    return this.#alone(() => {
      this.#expect(this.#held.size === 0, "renewed with series that are not finished");
      this.#prefillsBefore = this.prefills.length;
      this.renewals++;
    });
  }

  /** See `Replica`. */
  prefill(input: SeriesInput): Promise<Prefilled> {
    return this.#alone(() => {
      this.prefills.push(input.seed);
      this.#failWhereAsked("prefill", [input.seed]);
      const handle = ++this.#handles;
      const cohort = this.#options.cohort?.(input) ?? "all";
      this.#held.set(handle, { input, cohort, step: 0 });
      this.mostHeld = Math.max(this.mostHeld, this.#held.size);
      if (this.#held.size > 1) this.mostTokens = Math.max(this.mostTokens, this.#heldTokens());
      const lastCandle = new Float32Array(FEATURES).fill(this.#options.lastCandle ?? 0);
      return { handle, cohort, tokenizeMs: 1, prefillMs: 2, lastCandle };
    });
  }

  /** See `Replica`. */
  decode(
    handles: readonly number[],
    steps: number,
  ): Promise<{ readonly chunks: readonly SeriesChunk[]; readonly decodeMs: number }> {
    return this.#alone(() => {
      const group = handles.map((handle) => this.#known(handle));
      this.#expect(group.length > 0, "decode of nothing");
      this.#expect(new Set(handles).size === handles.length, "a handle twice in one decode");
      this.#expect(new Set(group.map((held) => held.cohort)).size === 1, "cohorts mixed");
      this.#expect(new Set(group.map((held) => held.step)).size === 1, "steps mixed");
      const seeds = group.map((held) => held.input.seed);
      const rows = group.reduce((sum, held) => sum + held.input.paths, 0);
      this.decodes.push({ seeds, rows });
      this.#failWhereAsked("decode", seeds);
      const chunks = group.map((held, index) => {
        const left = held.input.horizon - held.step;
        this.#expect(left > 0, "decode past the horizon");
        return this.#chunk(handles[index], held, Math.min(steps, left));
      });
      return { chunks, decodeMs: this.#options.decodeMs?.(rows) ?? 3 };
    });
  }

  /** See `Replica`; stricter than it, so that a series released twice is found. */
  release(handles: readonly number[]): Promise<void> {
    return this.#alone(() => {
      for (const handle of handles) {
        this.#expect(this.#held.delete(handle), `release of ${handle}, which is not held`);
      }
    });
  }

  /** See `Replica`. */
  close(): Promise<void> {
    return this.#alone(() => this.#held.clear());
  }

  #chunk(handle: number, held: Held, steps: number): SeriesChunk {
    const { seed, paths, horizon, firstPath = 0 } = held.input;
    const value = this.#options.value ?? fakeValue;
    const firstStep = held.step;
    const candles = new Float32Array(paths * steps * FEATURES);
    let i = 0;
    for (let path = 0; path < paths; path++) {
      for (let step = firstStep; step < firstStep + steps; step++) {
        for (let column = 0; column < FEATURES; column++) {
          candles[i++] = value(seed, firstPath + path, step, column);
        }
      }
    }
    held.step += steps;
    return { handle, firstStep, steps, candles, done: held.step === horizon };
  }

  async #alone<Answer>(work: () => Answer): Promise<Answer> {
    this.#expect(!this.#calling, "calls overlap");
    this.#calling = true;
    await (this.#options.pause?.() ?? new Promise<void>((resolve) => setImmediate(resolve)));
    this.#calling = false;
    return work();
  }

  #heldTokens(): number {
    return [...this.#held.values()].reduce(
      (sum, { input }) => sum + input.features.length / FEATURES + input.paths * input.horizon,
      0,
    );
  }

  #failWhereAsked(call: "prefill" | "decode", seeds: readonly number[]): void {
    const error = this.#options.failure?.(call, seeds);
    if (error !== undefined) throw error;
  }

  #known(handle: number): Held {
    const held = this.#held.get(handle);
    if (held !== undefined) return held;
    this.breaches.push(`decode of ${handle}, which is not held`);
    throw new Error(`Cannot decode ${handle}: it is not held`);
  }

  #expect(condition: boolean, breach: string): void {
    if (!condition) this.breaches.push(breach);
  }
}
