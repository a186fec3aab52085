/** Opens a model folder: checks its files, starts the replicas. */
import type { Calibration, Device, Engine, ModelInfo, Precision } from "./engine.ts";
import { openLocalReplica, type ReplicaParts } from "./local_replica.ts";
import type { Manifest } from "./manifest.ts";
import { readModelFolder } from "./model_folder.ts";
import { nativeRuntime, NativeRuntimeError } from "./native_runtime.ts";
import {
  type AbandonableReplica,
  SupervisedReplica,
  type SupervisionEvents,
  type SupervisionLimits,
} from "./supervised_replica.ts";
import { openWorkerReplica } from "./worker_replica.ts";

/** How to run a model. */
export interface EngineOptions {
  /** A folder with a `manifest.json`. */
  readonly modelPath: string;
  /** Replicas, each in a Worker; 0 runs one on the calling thread. */
  readonly workers: number;
  /** Threads of each replica. */
  readonly threads: number;
  /** Tokens the model may attend to; absent or null is the manifest's, which is also the most. */
  readonly maxContext?: number | null;
  /** What is to run the graphs; absent or `auto` is WASM, which is everywhere. */
  readonly device?: Device | "auto";
  /** Numbers of the large products; absent is f32. */
  readonly precision?: Precision;
  /** How long a worker may take and how far it may grow, and pauses between tries to replace it. */
  readonly supervision?: SupervisionLimits;
  /** Hears when a worker is lost, worn and replaced. */
  readonly events?: SupervisionEvents;
}

/** Where nothing is set, for commands that end by themselves. */
const PATIENT: SupervisionLimits = {
  openTimeoutMs: 600_000,
  maxHeapBytes: Infinity,
  runTimeoutMs: 600_000,
  backoffBaseMs: 1000,
  backoffCapMs: 60_000,
};

const NOBODY: SupervisionEvents = {
  lost: () => {},
  worn: () => {},
  replaced: () => {},
  replacementFailed: () => {},
};

function calibrationOf({ calibration }: Manifest): Calibration | null {
  if (calibration === undefined) return null;
  const { sampling: { temperature, top_k, top_p }, steps, drift, own, scale } = calibration;
  return { sampling: { temperature, topK: top_k, topP: top_p }, steps, drift, own, scale };
}

/** What runs the graphs, and why it is not what was asked for. */
type Runner = Required<Pick<ReplicaParts, "device" | "precision">> & {
  readonly warning: string | null;
};

/**
 * Falls back where something is missing or wrong: WASM runs everywhere, and sums of 8-bit products
 * overflow on native onnxruntime where the processor has no instruction for them (AVX2).
 */
function runnerOf({ device = "auto", precision = "f32" }: EngineOptions): Runner {
  if (device !== "native") return { device: "wasm", precision, warning: null };
  try {
    nativeRuntime();
  } catch (error) {
    if (!(error instanceof NativeRuntimeError)) throw error;
    return { device: "wasm", precision, warning: error.message };
  }
  const warning = precision === "int8" ? "int8 is for wasm: native runs f32" : null;
  return { device, precision: "f32", warning };
}

/** Keys and values, float32, of the transformer, the dependency layer and the decoder's layers but one. */
function cacheBytesPerToken({ model, tokenizer }: Manifest["architecture"]): number {
  const widths = (model.n_layers + 1) * model.d_model +
    (tokenizer.n_dec_layers - 1) * tokenizer.d_model;
  return 2 * Float32Array.BYTES_PER_ELEMENT * widths;
}

function modelInfo(
  manifest: Manifest,
  maxContext: number,
  { device, warning }: Runner,
): ModelInfo {
  const { temperature, top_k, top_p, sample_count, anchor } = manifest.defaults;
  return {
    modelVersion: manifest.model_version,
    tokenizerVersion: manifest.tokenizer_version,
    maxContext,
    cacheBytesPerToken: cacheBytesPerToken(manifest.architecture),
    device,
    deviceWarning: warning,
    defaults: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(top_k === undefined ? {} : { topK: top_k }),
      ...(top_p === undefined ? {} : { topP: top_p }),
      ...(sample_count === undefined ? {} : { paths: sample_count }),
    },
    anchor: anchor ?? false,
    calibration: calibrationOf(manifest),
  };
}

/**
 * Opens a model.
 *
 * @throws ModelFolderError where the folder is missing, damaged or of another format
 * @throws RangeError where `maxContext` exceeds the manifest's
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { manifest, encoder, generator, decoder } = await readModelFolder(options.modelPath);
  const limit = manifest.limits.max_context;
  const maxContext = options.maxContext ?? limit;
  if (maxContext < 1 || maxContext > limit) {
    throw new RangeError(
      `Cannot use a context of ${maxContext} tokens: the model takes 1 to ${limit}`,
    );
  }
  const runner = runnerOf(options);
  const parts: ReplicaParts = {
    manifest,
    graphs: { encoder, generator, decoder },
    threads: options.threads,
    maxContext,
    device: runner.device,
    precision: runner.precision,
  };
  const info = modelInfo(manifest, maxContext, runner);
  const replicas = await openReplicas(parts, options);
  return {
    info,
    replicas,
    get serving() {
      return replicas.filter((replica) => replica.serving).length;
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}

/**
 * Starts the replicas together; if one fails, the others are closed. The graphs' bytes stay in memory,
 * so that one can be replaced whatever has become of the folder.
 */
async function openReplicas(
  parts: ReplicaParts,
  { workers, supervision = PATIENT, events = NOBODY }: EngineOptions,
): Promise<SupervisedReplica[]> {
  const open = (): Promise<AbandonableReplica> =>
    workers === 0 ? openLocalReplica(parts) : openWorkerReplica(parts, supervision.openTimeoutMs);
  const starts = Array.from(
    { length: Math.max(1, workers) },
    async () => new SupervisedReplica(await open(), open, supervision, events),
  );
  const outcomes = await Promise.allSettled(starts);
  const opened = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? [outcome.value] : []
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return opened;
  await Promise.all(opened.map((replica) => replica.close()));
  throw failed.reason;
}
