/**
 * What the rest of the service knows of inference. A replica holds the weights once and runs one
 * call at a time; the scheduler decides which series advance together and when one leaves.
 */

/** `rolling` drops the oldest keys past the context; `exact` recomputes the window as the reference does. */
export type ContextPolicy = "rolling" | "exact";

/** What runs the graphs: onnxruntime-web, or onnxruntime for Node where it is installed. */
export type Device = "wasm" | "webgpu" | "native";

/** Numbers of the large matrix products: as imported, or 8-bit integers with scales by row and column. */
export type Precision = "f32" | "int8";

/** How a token is drawn from its logits. */
export interface Sampling {
  /** Above 0: logits are divided by it. */
  readonly temperature: number;
  /** 0 switches it off; otherwise only the `topK` most likely tokens stay and `topP` is ignored. */
  readonly topK: number;
  /** In (0, 1]: the smallest set of tokens whose mass exceeds it stays. */
  readonly topP: number;
}

/**
 * How the paths of a model are spread anew, as fitted on real candles. The lists have a value for each
 * of `steps`.
 */
export interface Calibration {
  /** Paths that were drawn otherwise are left as they are. */
  readonly sampling: Sampling;
  /** Steps ahead, ascending. */
  readonly steps: readonly number[];
  /** Factors of the distance between the paths' mean and the last close. */
  readonly drift: readonly number[];
  /** 0 to 1: the weight of the paths' own spread; the rest is a random walk's. */
  readonly own: readonly number[];
  /** Factors of the whole spread, above 0. */
  readonly scale: readonly number[];
}

/** One series, normalised, ready for the model. */
export interface SeriesInput {
  /** Normalised and clipped candles, `[time, 6]`. */
  readonly features: Float32Array;
  /** Time features of the input and of the horizon, `[time + horizon, 5]`. */
  readonly stamps: Int32Array;
  /** Steps to forecast. */
  readonly horizon: number;
  /** Sample paths to draw. */
  readonly paths: number;
  /**
   * Number of the first of them, which keys their random numbers: the paths of one series may be drawn
   * in several places. Absent: 0.
   */
  readonly firstPath?: number;
  /** One way of drawing for all its paths. */
  readonly sampling: Sampling;
  /** 0 to 2^53 - 1; with path, step and s1/s2 it keys every random number. */
  readonly seed: number;
  /** What becomes of tokens past the context. */
  readonly policy: ContextPolicy;
}

/** A series whose context is in the replica's cache. */
export interface Prefilled {
  /** Names the series in later calls to the same replica. */
  readonly handle: number;
  /** Series with equal keys may be decoded together while they are at the same step. */
  readonly cohort: string;
  /** Candles to tokens, milliseconds. */
  readonly tokenizeMs: number;
  /** Filling the cache, milliseconds. */
  readonly prefillMs: number;
  /** What the tokens say the last candle of the input was, normalised, `[6]`. */
  readonly lastCandle: Float32Array;
}

/** Candles that one chunk added to one series. */
export interface SeriesChunk {
  /** The series, as `prefill()` named it. */
  readonly handle: number;
  /** The step of the first candle in `candles`, from 0. */
  readonly firstStep: number;
  /** Steps in `candles`; 0 while an `exact` series past its context withholds them until its last chunk. */
  readonly steps: number;
  /** Normalised candles, `[paths, steps, 6]`. */
  readonly candles: Float32Array;
  /** Whether the series has reached its horizon. */
  readonly done: boolean;
}

/**
 * One instance of the model. Calls must not overlap: each waits for the one before it. A call rejects
 * with a `ReplicaFault`; where that loses the replica, its series are gone and it is being replaced.
 */
export interface Replica {
  /** Resolves when it takes calls: at once, unless it is being opened. Rejects once it is closed. */
  available(): Promise<void>;
  /** Whether it is to be renewed: it grew past its mark, and never shrinks. It takes calls all the same. */
  readonly worn: boolean;
  /** Puts another in its place; the series that it holds are gone. Rejects once it is closed. */
  renew(): Promise<void>;
  /** Tokenizes the series and fills its cache. */
  prefill(input: SeriesInput): Promise<Prefilled>;
  /**
   * Advances series of one cohort, all at the same step, by `steps`, each to its horizon at most.
   * The same `steps` in every call gives a series the same numbers in any company.
   */
  decode(handles: readonly number[], steps: number): Promise<{
    readonly chunks: readonly SeriesChunk[];
    readonly decodeMs: number;
  }>;
  /** Forgets series; unknown handles are ignored. */
  release(handles: readonly number[]): Promise<void>;
  /** Frees the sessions and the worker. */
  close(): Promise<void>;
}

/** Facts about a loaded model that the layers above need. */
export interface ModelInfo {
  /** As the manifest states it. */
  readonly modelVersion: string;
  /** As the manifest states it. */
  readonly tokenizerVersion: string;
  /** Tokens the model may attend to. */
  readonly maxContext: number;
  /** Keys and values of one token, of its context or of one path. */
  readonly cacheBytesPerToken: number;
  /** The device that runs it. */
  readonly device: Device;
  /** Why it is not the device that was asked for. */
  readonly deviceWarning: string | null;
  /** Sampling defaults of the manifest, where it has any. */
  readonly defaults: Partial<Sampling & { readonly paths: number }>;
  /** Whether the manifest has paths leave from the real last close. */
  readonly anchor: boolean;
  /** As the manifest states it; null where it has none. */
  readonly calibration: Calibration | null;
}

/** A loaded model: its facts and its replicas. */
export interface Engine {
  /** Equal for every replica. */
  readonly info: ModelInfo;
  /** At least one; each may run while the others do. Only the first is sure to be open already. */
  readonly replicas: readonly Replica[];
  /** How many of them take calls now. */
  readonly serving: number;
  /** Frees every replica; no call may be running. */
  close(): Promise<void>;
}
