/** Compares a model folder's graphs with the model's arithmetic done in plain TypeScript. */
import {
  type Checkpoint,
  FEATURES,
  type ModelArchitecture,
  TIME_FEATURES,
  type TokenizerArchitecture,
} from "../kronos/architecture.ts";
import type { Engine, Sampling, SeriesInput } from "../inference/engine.ts";
import { openEngine } from "../inference/open_engine.ts";

/** Short, so that a model of 100 M parameters is verified in about a minute. */
const CANDLES = 24;
const STEPS = 4;
const PATHS = 3;
const SEED = 20_250_802;
/** The most that a normalised candle may differ: float32 sums in another order stay below it. */
const TOLERANCE = 1e-3;

/**
 * Forecasts to compare with, in normalised candles `[paths, horizon, 6]`, one for each series;
 * rejects with the signal's reason when stopped.
 */
export type ReferenceForecasts = (
  model: Checkpoint<ModelArchitecture>,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  series: readonly SeriesInput[],
  maxContext: number,
  signal?: AbortSignal,
) => Promise<readonly Float32Array[]>;

/** Graphs that compute something else than the reference. */
export class VerificationError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "VerificationError";
}

const CASES: readonly { name: string; paths: number; sampling: Sampling }[] = [
  { name: "greedy", paths: 1, sampling: { temperature: 1, topK: 1, topP: 1 } },
  { name: "sampled", paths: PATHS, sampling: { temperature: 0.8, topK: 0, topP: 0.9 } },
];

/**
 * Runs a greedy and a sampled forecast through both. Neither computes on the calling thread, so that
 * it hears of signals meanwhile.
 *
 * @throws VerificationError where they differ, saying where and by how much, or where the graphs do
 * not run
 */
export async function verifyModel(
  folder: string,
  model: Checkpoint<ModelArchitecture>,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  reference: ReferenceForecasts,
  signal?: AbortSignal,
): Promise<void> {
  const series = CASES.map(({ paths, sampling }) => verificationSeries(paths, sampling));
  const { maxContext, forecasts } = await runGraphs(folder, series, signal);
  const expected = await reference(model, tokenizer, series, maxContext, signal);
  CASES.forEach(({ name }, i) => compareForecasts(name, forecasts[i], expected[i]));
}

/** The engine is closed before the reference starts: the weights are in memory less often. */
async function runGraphs(
  folder: string,
  series: readonly SeriesInput[],
  signal: AbortSignal | undefined,
): Promise<{ readonly maxContext: number; readonly forecasts: readonly Float32Array[] }> {
  try {
    const engine = await openEngine({ modelPath: folder, workers: 1, threads: 1 });
    try {
      const forecasts: Float32Array[] = [];
      for (const input of series) {
        signal?.throwIfAborted();
        forecasts.push(await engineForecast(engine, input));
      }
      return { maxContext: engine.info.maxContext, forecasts };
    } finally {
      await engine.close();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new VerificationError(`Cannot verify model: its graphs do not run: ${state}`, { cause });
  }
}

/** A smooth series on consecutive hours of a January: values and stamps the model may meet. */
function verificationSeries(paths: number, sampling: Sampling): SeriesInput {
  const stamps = Array.from({ length: CANDLES + STEPS }, (_, hour) => {
    const day = Math.floor(hour / 24);
    return [0, hour % 24, day % 7, 1 + day, 1];
  }).flat();
  return {
    features: Float32Array.from(
      { length: CANDLES * FEATURES },
      (_, i) => Math.sin(i / (3 * FEATURES)) + 0.3 * Math.cos(1.7 * i),
    ),
    stamps: Int32Array.from({ length: (CANDLES + STEPS) * TIME_FEATURES }, (_, i) => stamps[i]),
    horizon: STEPS,
    paths,
    sampling,
    seed: SEED,
    policy: "rolling",
  };
}

async function engineForecast(engine: Engine, input: SeriesInput): Promise<Float32Array> {
  const [replica] = engine.replicas;
  const { handle } = await replica.prefill(input);
  const { chunks: [chunk] } = await replica.decode([handle], STEPS);
  await replica.release([handle]);
  if (!chunk.done) throw new Error(`${chunk.steps} of ${STEPS} steps came back`);
  return chunk.candles;
}

/**
 * Accepts a forecast that equals the reference up to the rounding of float32 sums.
 *
 * @param name of the case, for the error
 * @throws VerificationError at the largest difference above the tolerance, or another length
 */
export function compareForecasts(name: string, actual: Float32Array, expected: Float32Array): void {
  if (actual.length !== expected.length) {
    throw new VerificationError(
      `Cannot verify model: the ${name} forecast has ${actual.length} values, not ${expected.length}`,
    );
  }
  let worst = 0;
  let difference = 0;
  for (let i = 0; i < actual.length; i++) {
    const here = Math.abs(actual[i] - expected[i]);
    if (here <= difference) continue;
    // A comparison with NaN is false, so a value that is not finite arrives here.
    worst = i;
    difference = here;
    if (Number.isNaN(here)) break;
  }
  if (difference <= TOLERANCE) return;
  const step = Math.floor(worst / FEATURES) % STEPS;
  const path = Math.floor(worst / (FEATURES * STEPS));
  throw new VerificationError(
    `Cannot verify model: the ${name} forecast differs by ${difference} from the reference at ` +
      `path ${path}, step ${step}, column ${worst % FEATURES} (${actual[worst]}, not ${
        expected[worst]
      })`,
  );
}
