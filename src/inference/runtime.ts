/** onnxruntime: sessions and tensors. */
import * as ort from "onnxruntime-web";
import type { Device } from "./engine.ts";
import type { GraphBytes } from "./graph_bytes.ts";
import { nativeRuntime } from "./native_runtime.ts";
import { compileRuntime } from "./products/fused_runtime.ts";

/** A tensor of the runtime. */
export type Tensor = ort.Tensor;

/** Tensors by input name. */
export type Feeds = Record<string, Tensor>;

/** A loaded graph. */
export interface Session {
  /** Runs it: all outputs by name. */
  run(feeds: Feeds): Promise<Readonly<Record<string, Tensor>>>;
  /** Runs it for the outputs of those names. */
  run(feeds: Feeds, fetches: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  /** Frees it. */
  release(): Promise<void>;
}

/** Values of a tensor of these dimensions. */
export function elements(dimensions: readonly number[]): number {
  return dimensions.reduce((product, size) => product * size, 1);
}

/** A float32 tensor over `data`, not copied. */
export function floats(data: Float32Array, dimensions: readonly number[]): Tensor {
  return new ort.Tensor("float32", data, dimensions);
}

/** An int64 tensor of whole numbers. */
export function integers(values: ArrayLike<number>, dimensions: readonly number[]): Tensor {
  return new ort.Tensor("int64", BigInt64Array.from(values, BigInt), dimensions);
}

/** A boolean scalar. */
export function boolean(value: boolean): Tensor {
  return new ort.Tensor("bool", Uint8Array.of(value ? 1 : 0), []);
}

/** The values of a float32 output. */
export function floatData(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new TypeError(`Cannot read output: expected float32, got ${tensor.type}`);
}

/** The values of an int64 output as numbers: tokens fit. */
export function integerData(tensor: Tensor): Int32Array {
  if (tensor.data instanceof BigInt64Array) return Int32Array.from(tensor.data, Number);
  throw new TypeError(`Cannot read output: expected int64, got ${tensor.type}`);
}

/**
 * Gives back the memory of arrays that nobody reads any more. A garbage collection would do it late: V8
 * hardly counts what lies outside its heap.
 */
export function freeArrays(arrays: readonly ArrayBufferView[]): void {
  for (const { buffer } of arrays) {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }
}

/** Pages of 64 KiB in a memory that threads share: 2 GiB, tens of times what a replica was seen to use. */
const SHARED_MEMORY_PAGES = 32_768;

/** The memory of a runtime of one thread; null before its first session. */
let memory: WebAssembly.Memory | null = null;

/**
 * Bytes of the runtime's memory on this thread, which only grows; 0 where threads share it, since it has
 * its full size then whatever is used of it.
 */
export function heapBytes(): number {
  return memory?.buffer.byteLength ?? 0;
}

/**
 * Keeps hold of the memory that the runtime takes when it starts. One that threads share has its full
 * size from then on: address space, since pages that nobody touches cost nothing. Where it grows during
 * a run instead, another thread meets the bound it knew before (Deno's V8 compares addresses with a size
 * that each thread learns late) and dies of "memory access out of bounds", and the run waits for it for
 * ever.
 */
async function withMemoryHeld<Result>(
  threads: number,
  start: () => Promise<Result>,
): Promise<Result> {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(wanted: WebAssembly.MemoryDescriptor) {
      const size = { initial: SHARED_MEMORY_PAGES, maximum: SHARED_MEMORY_PAGES };
      super(threads > 1 && wanted.shared === true ? { ...wanted, ...size } : wanted);
      // The runtime's own glue makes empty ones to see what is supported.
      if (threads === 1 && wanted.initial > 0) memory = this;
    }
  };
  try {
    return await start();
  } finally {
    WebAssembly.Memory = Memory;
  }
}

/** Has the runtime's own loader start `module` instead of the file that it would read and compile. */
async function withModule<Result>(
  module: WebAssembly.Module,
  start: () => Promise<Result>,
): Promise<Result> {
  const { instantiate } = WebAssembly;
  const file = new ArrayBuffer(0);
  ort.env.wasm.wasmBinary = file;
  const ofFile = async (source: BufferSource, imports?: WebAssembly.Imports) =>
    ArrayBuffer.isView(source) && source.buffer === file
      ? { module, instance: await instantiate(module, imports) }
      : await instantiate(source, imports);
  WebAssembly.instantiate = ofFile as typeof instantiate;
  try {
    return await start();
  } finally {
    WebAssembly.instantiate = instantiate;
    delete ort.env.wasm.wasmBinary;
  }
}

/** How a graph is run on WASM. The first session of a process or worker fixes it for all. */
export interface RuntimeOptions {
  /** Threads of each run. */
  readonly threads: number;
  /** See `compileRuntime()`; absent is one with fused products. */
  readonly runtime?: WebAssembly.Module | undefined;
}

/** How a graph is run. */
export interface SessionOptions extends RuntimeOptions {
  /** What runs it; absent is WASM. */
  readonly device?: Exclude<Device, "webgpu">;
}

const WASM_SESSION = {
  executionProviders: ["wasm"],
  // The importer's graphs run as fast as what is made of them, which takes as long as opening them.
  graphOptimizationLevel: "disabled",
  logSeverityLevel: 3,
} as const;

/** An ONNX file with one node, `y = Identity(x)`. */
const SMALLEST_GRAPH = Uint8Array.fromHex(
  "0808420210113a370a100a017812017922084964656e74697479" +
    "1201675a0f0a0178120a0a08080112040a020801620f0a0179120a0a08080112040a020801",
);

/** The start of this thread's runtime on WASM, which is the same for all sessions; null before it. */
let starting: Promise<void> | null = null;

async function start({ threads, runtime }: RuntimeOptions): Promise<void> {
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = threads;
  const module = runtime ?? await compileRuntime(true);
  // It starts with its first session.
  const open = () => ort.InferenceSession.create(SMALLEST_GRAPH, WASM_SESSION);
  const session = await withModule(module, () => withMemoryHeld(threads, open));
  await session.release();
}

/**
 * Starts the runtime of a process or worker on WASM, once: it registers its kernels, which takes longer
 * than opening a model.
 *
 * @throws UnknownRuntimeError where no runtime is given, and its products cannot be fused
 */
export function startRuntime(options: RuntimeOptions): Promise<void> {
  return starting ??= start(options);
}

/**
 * Loads a graph.
 *
 * @throws NativeRuntimeError where the device is native and cannot be used
 * @throws UnknownRuntimeError where no runtime is given, and its products cannot be fused
 */
export async function openSession(
  { structure, weights, weightsName }: GraphBytes,
  options: SessionOptions,
): Promise<Session> {
  const externalData = [{ path: weightsName, data: weights }];
  if (options.device === "native") {
    return await nativeRuntime().InferenceSession.create(structure, {
      externalData,
      graphOptimizationLevel: "all",
      intraOpNumThreads: options.threads,
      logSeverityLevel: 3,
    });
  }
  await startRuntime(options);
  return await ort.InferenceSession.create(structure, { ...WASM_SESSION, externalData });
}
