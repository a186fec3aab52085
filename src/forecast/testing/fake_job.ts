import assert from "node:assert/strict";
import { FEATURES, TIME_FEATURES } from "../../kronos/architecture.ts";
import type { PhaseTimings } from "../forecast.ts";
import type { GeneratedCandles, SeriesJob } from "../pending_request.ts";
import { fakeValue } from "./fake_replica.ts";

/** A series of one candle, and what the scheduler handed back for it. */
export class FakeJob implements SeriesJob {
  /** Names the series. */
  readonly seed: number;
  /** See `SeriesJob`. */
  readonly paths: number;
  /** See `SeriesJob`. */
  readonly tokens: number;
  /** Its steps. */
  readonly horizon: number;
  /** What had come at each call of `finish`, `[paths, horizon, 6]`, and what it was given. */
  readonly finishes: { readonly candles: Float32Array; readonly timings: PhaseTimings }[] = [];
  #candles = new Float32Array(0);

  /**
   * A series that has not been submitted.
   *
   * @param seed tells it from every other series of the test
   */
  constructor(seed: number, horizon: number, paths: number = 1) {
    this.seed = seed;
    this.horizon = horizon;
    this.paths = paths;
    this.tokens = 1 + paths * horizon;
  }

  /** See `SeriesJob`. */
  prepare(): ReturnType<SeriesJob["prepare"]> {
    return {
      features: new Float32Array(FEATURES),
      stamps: new Int32Array((1 + this.horizon) * TIME_FEATURES),
      horizon: this.horizon,
      paths: this.paths,
      sampling: { temperature: 1, topK: 0, topP: 1 },
      seed: this.seed,
      policy: "rolling",
    };
  }

  /** See `SeriesJob`. */
  advance({ firstStep, steps, candles }: GeneratedCandles): void {
    if (firstStep === 0) this.#candles = new Float32Array(this.paths * this.horizon * FEATURES);
    for (let path = 0; path < this.paths; path++) {
      const ofPath = candles.subarray(path * steps * FEATURES, (path + 1) * steps * FEATURES);
      this.#candles.set(ofPath, (path * this.horizon + firstStep) * FEATURES);
    }
  }

  /** See `SeriesJob`. */
  finish(timings: PhaseTimings): void {
    this.finishes.push({ candles: this.#candles, timings });
  }

  /** Fails unless the job was given its own candles, once. */
  assertFinished(): void {
    assert.equal(this.finishes.length, 1, `series ${this.seed} finished once`);
    const expected = new Float32Array(this.paths * this.horizon * FEATURES);
    let i = 0;
    for (let path = 0; path < this.paths; path++) {
      for (let step = 0; step < this.horizon; step++) {
        for (let column = 0; column < FEATURES; column++) {
          expected[i++] = fakeValue(this.seed, path, step, column);
        }
      }
    }
    assert.deepEqual(this.finishes[0].candles, expected);
  }
}
