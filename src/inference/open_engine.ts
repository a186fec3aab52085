/** Opens a model folder: checks its files, starts the replicas. */
import type { Calibration, Device, Engine, ModelInfo, Precision } from "./engine.ts";
import { graphicsAdapter, hasGraphicsProcessor, WebgpuError } from "./graphics_adapter.ts";
import type { ReplicaParts } from "./local_replica.ts";
import type { Manifest } from "./manifest.ts";
import { ModelFolder } from "./model_folder.ts";
import { compileRuntime } from "./products/fused_runtime.ts";
import { nativeRuntime, NativeRuntimeError } from "./native_runtime.ts";
import type { PreparedWorker } from "./prepare_worker.ts";
import {
  type OpenReplica,
  SupervisedReplica,
  type SupervisionEvents,
  type SupervisionLimits,
} from "./supervised_replica.ts";
import { openWorkerReplica } from "./worker_replica.ts";

/** How to run a model. */
export interface EngineOptions {
  /** A folder with a `manifest.json`. */
  readonly modelPath: string;
  /** Replicas, each in a Worker; 0 runs one on the calling thread. On WebGPU there is one at most. */
  readonly workers: number;
  /** Threads of each replica. */
  readonly threads: number;
  /** Tokens the model may attend to; absent or null is the manifest's, which is also the most. */
  readonly maxContext?: number | null;
  /** What is to run the graphs; absent or `auto` is a graphics processor where there is one, or WASM. */
  readonly device?: Device | "auto";
  /** Numbers of the large products; absent is f32. */
  readonly precision?: Precision;
  /** Whether WASM multiplies and adds at once, with one rounding where the processor can; absent is yes. */
  readonly fusedProducts?: boolean;
  /** How long a worker may take and how far it may grow, and pauses between tries to replace it. */
  readonly supervision?: SupervisionLimits;
  /** Hears when a worker is lost, worn and replaced. */
  readonly events?: SupervisionEvents;
  /** Gives a worker for the first replica, see `prepareWorker()`; absent: it starts when it is needed. */
  readonly takePrepared?: () => PreparedWorker | null;
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
  opened: () => {},
  replaced: () => {},
  openFailed: () => {},
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

/** What the device does not do as it was asked to, or null. */
async function deviceState(
  device: "native" | "webgpu",
  precision: Precision,
): Promise<string | null> {
  const states: string[] = [];
  if (device === "native") nativeRuntime();
  else {
    const { name, software } = await graphicsAdapter();
    if (software) states.push(`WebGPU runs in software, on ${name}: wasm is faster`);
  }
  if (precision === "int8") states.push(`int8 is for wasm: ${device} runs f32`);
  return states.length > 0 ? states.join("; ") : null;
}

/**
 * Falls back where something is missing or wrong: WASM runs everywhere, and sums of 8-bit products
 * overflow on native onnxruntime where the processor has no instruction for them (AVX2).
 */
async function runnerOf({ device = "auto", precision = "f32" }: EngineOptions): Promise<Runner> {
  const wasm = { device: "wasm", precision } as const;
  if (device === "wasm") return { ...wasm, warning: null };
  if (device === "auto") {
    // 8-bit weights are asked for by name, and are for WASM.
    if (precision === "int8" || !await hasGraphicsProcessor()) return { ...wasm, warning: null };
    return { device: "webgpu", precision, warning: null };
  }
  try {
    return { device, precision: "f32", warning: await deviceState(device, precision) };
  } catch (error) {
    if (!(error instanceof NativeRuntimeError || error instanceof WebgpuError)) throw error;
    return { ...wasm, warning: error.message };
  }
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
  const folder = await ModelFolder.open(options.modelPath);
  try {
    return await engineFrom(folder, options);
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function engineFrom(folder: ModelFolder, options: EngineOptions): Promise<Engine> {
  const { manifest } = folder;
  const limit = manifest.limits.max_context;
  const maxContext = options.maxContext ?? limit;
  if (maxContext < 1 || maxContext > limit) {
    throw new RangeError(
      `Cannot use a context of ${maxContext} tokens: the model takes 1 to ${limit}`,
    );
  }
  const open = async (runner: Runner): Promise<Engine> => {
    const { device, precision } = runner;
    const parts = { manifest, threads: options.threads, maxContext, device, precision };
    const replicas = await openReplicas(folder, parts, options);
    return engineOf(modelInfo(manifest, maxContext, runner), replicas, folder);
  };
  const runner = await runnerOf(options);
  if (runner.device !== "webgpu") return await open(runner);
  try {
    return await open(runner);
  } catch (error) {
    // Only opening the graphs, and a first forecast, show whether a driver takes them.
    const [state] = (error instanceof Error ? error.message : String(error)).split("\n");
    const warning = `Cannot run on WebGPU: ${state}`;
    return await open({ device: "wasm", precision: options.precision ?? "f32", warning });
  }
}

function engineOf(
  info: ModelInfo,
  replicas: readonly SupervisedReplica[],
  folder: ModelFolder,
): Engine {
  return {
    info,
    replicas,
    get serving() {
      return replicas.filter((replica) => replica.serving).length;
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await folder.close();
    },
  };
}

/**
 * Opens the first replica. The others open while it takes calls, all at once, and find compiled what it
 * has run. Each reads the graphs anew, so that no bytes of them stay in memory. The runtime is compiled
 * once, for all of them; a worker that was prepared has done it.
 */
async function openReplicas(
  folder: ModelFolder,
  sizes: Omit<ReplicaParts, "graphs" | "runtime">,
  options: EngineOptions,
): Promise<SupervisedReplica[]> {
  const { workers, fusedProducts = true, supervision = PATIENT, events = NOBODY } = options;
  const isWasm = sizes.device === "wasm";
  const prepared = isWasm ? options.takePrepared?.() ?? null : null;
  const runtime = isWasm ? prepared?.runtime ?? compileRuntime(fusedProducts) : undefined;
  const readParts = async (): Promise<ReplicaParts> => ({
    ...sizes,
    graphs: await folder.readGraphs(),
  });
  const readWithRuntime = async (): Promise<ReplicaParts> => {
    const both = [readParts(), runtime] as const;
    await Promise.allSettled(both); // nothing is read any more when an error is told
    const [parts, compiled] = await Promise.all(both);
    return { ...parts, runtime: compiled };
  };
  const { openTimeoutMs: timeoutMs } = supervision;
  const open: OpenReplica = async (signal) => {
    if (workers > 0) return await openWorkerReplica(readWithRuntime, { timeoutMs, signal });
    // What workers load on their threads is loaded here only where there are none.
    const { openLocalReplica } = await import("./local_replica.ts");
    return await openLocalReplica(await readWithRuntime());
  };
  const first = prepared === null
    ? await open(new AbortController().signal)
    : await openWorkerReplica(readParts, { timeoutMs, start: () => prepared.worker });
  // Several would only take turns on one graphics device, each with its weights.
  const length = sizes.device === "webgpu" ? 1 : Math.max(1, workers);
  return Array.from(
    { length },
    (_, i) => new SupervisedReplica(i === 0 ? first : null, open, supervision, events),
  );
}
