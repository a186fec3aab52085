/** The reference's cases: checkpoints with random weights, and what it computes on them. */
import type {
  Checkpoint,
  ModelArchitecture,
  TokenizerArchitecture,
} from "../../src/kronos/architecture.ts";
import { timeFeatures } from "../../src/kronos/time_features.ts";
import { readModelCheckpoint, readTokenizerCheckpoint } from "../../src/importer/checkpoint.ts";

/** One case file. Rows are in time order; columns are the model's. */
export interface ParityCase {
  /** Tokens the model may attend to. */
  readonly max_context: number;
  /** Of the input, one for each candle. */
  readonly timestamps: readonly string[];
  /** Of the forecast, one for each step. */
  readonly prediction_timestamps: readonly string[];
  /** Columns that the reference was given; it derives the others. */
  readonly candles: Readonly<Record<string, readonly number[]>>;
  /** `[time, 6]` */
  readonly normalized: readonly (readonly number[])[];
  /** Of each column, `[6]`. */
  readonly mean: readonly number[];
  /** Of each column, `[6]`. */
  readonly std: readonly number[];
  /** Of the input, `[time, 5]`. */
  readonly time_features: readonly (readonly number[])[];
  /** Of the input, `[time]`. */
  readonly tokens_s1: readonly number[];
  /** Of the input, `[time]`. */
  readonly tokens_s2: readonly number[];
  /** At the last position of the context, `[V]`. */
  readonly s1_logits_last: readonly number[];
  /** The most likely s1, given to the dependency layer. */
  readonly s1_argmax: number;
  /** At the last position given `s1_argmax`, `[V]`. */
  readonly s2_logits_last: readonly number[];
  /** The first and the last candle after tokenizer and back, normalised: `[2, 6]`. */
  readonly reconstruction_first_last: readonly (readonly number[])[];
  /** With top_k 1, in the units of the input: `[horizon, 6]`. */
  readonly greedy_prediction: readonly (readonly number[])[];
}

/** Checkpoints and a case on them. */
export interface LoadedCase {
  /** With random weights. */
  readonly model: Checkpoint<ModelArchitecture>;
  /** With random weights. */
  readonly tokenizer: Checkpoint<TokenizerArchitecture>;
  /** What the reference computed on them. */
  readonly parity: ParityCase;
}

/** Where a case lies. */
export interface CaseLocation {
  /** Names the case in the report. */
  readonly name: string;
  /** Holds `model` and `tokenizer`, and the case. */
  readonly folder: URL;
  /** Name of the case file, without `.json`. */
  readonly file: string;
}

const FIXTURES = new URL("../fixtures/parity/", import.meta.url);

/** The published sizes: 32 MB of weights, so not part of the repository. */
const MINI_SHAPE = new URL("../../../shared/parity/mini-shape/", import.meta.url);

const TINY_FILES: Readonly<Record<string, readonly string[]>> = {
  "tiny": [
    "short",
    "slides_past_max_context",
    "longer_than_max_context",
    "prices_only",
    "no_amount",
  ],
  "tiny-fixed-time": ["short", "slides_past_max_context"],
};

/** The cases in the repository. */
export const TINY_CASES: readonly CaseLocation[] = Object.entries(TINY_FILES).flatMap((
  [folder, files],
) =>
  files.map((file) => ({
    name: `${folder}/${file}`,
    folder: new URL(`${folder}/`, FIXTURES),
    file,
  }))
);

/** The case with the published mini sizes. */
export const MINI_CASE: CaseLocation = {
  name: "mini-shape/context_400",
  folder: MINI_SHAPE,
  file: "context_400",
};

/**
 * Whether a test of the mini case has to be left out: its weights are not beside the repository.
 * With `KRONOS_REQUIRE_TOOLS=1` nothing is left out and the test fails.
 */
export async function miniCaseMissing(): Promise<boolean> {
  if (Deno.env.get("KRONOS_REQUIRE_TOOLS") === "1") return false;
  try {
    await Deno.stat(MINI_SHAPE);
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** Reads a case and its checkpoints. */
export async function loadCase({ folder, file }: CaseLocation): Promise<LoadedCase> {
  const path = (name: string): string => new URL(name, folder).pathname;
  return {
    model: await readModelCheckpoint(path("model")),
    tokenizer: await readTokenizerCheckpoint(path("tokenizer")),
    parity: JSON.parse(await Deno.readTextFile(path(`${file}.json`))),
  };
}

/** Raw candles `[time, 6]`; volume and amount as the reference derives them where they are absent. */
export function rawCandles({ candles, timestamps }: ParityCase): Float64Array {
  return Float64Array.from(
    timestamps.flatMap((_, t) => {
      const [open, high, low, close] = ["open", "high", "low", "close"].map((c) => candles[c][t]);
      const volume = candles["volume"]?.[t] ?? 0;
      const amount = candles["amount"]?.[t] ?? volume * (open + high + low + close) / 4;
      return [open, high, low, close, volume, amount];
    }),
  );
}

/** Time features of input and horizon, `[time + horizon, 5]`. */
export function stampsOf({ timestamps, prediction_timestamps }: ParityCase): Int32Array {
  return Int32Array.from(
    [...timestamps, ...prediction_timestamps].flatMap((text) => {
      const [year, month, day, hour, minute] = text.split(/[-T:]/).map(Number);
      return timeFeatures({ year, month, day, hour, minute });
    }),
  );
}

/** The largest difference of two lists of numbers. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}
