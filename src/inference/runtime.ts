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

/** Whether a session has started this thread's runtime, which is the same for all that follow. */
let started = false;

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

/** Opens the session that starts the runtime. */
async function openFirst(
  { threads, runtime }: SessionOptions,
  open: () => Promise<Session>,
): Promise<Session> {
  started = true;
  const module = runtime ?? await compileRuntime(true);
  return await withModule(module, () => withMemoryHeld(threads, open));
}

/** How a graph is run. On WASM the first session of a process or worker fixes it for all. */
export interface SessionOptions {
  /** Threads of each run. */
  readonly threads: number;
  /** What runs it; absent is WASM. */
  readonly device?: Exclude<Device, "webgpu">;
  /** For WASM, see `compileRuntime()`; absent is one with fused products. */
  readonly runtime?: WebAssembly.Module | undefined;
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
  const { threads, device = "wasm" } = options;
  const how = {
    externalData: [{ path: weightsName, data: weights }],
    logSeverityLevel: 3,
  } as const;
  if (device === "native") {
    return await nativeRuntime().InferenceSession.create(structure, {
      ...how,
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
    });
  }
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = threads;
  const open = (): Promise<Session> =>
    ort.InferenceSession.create(structure, {
      ...how,
      executionProviders: ["wasm"],
      // The importer's graphs run as fast as what is made of them, which takes as long as opening them.
      graphOptimizationLevel: "disabled",
    });
  return started ? await open() : await openFirst(options, open);
}
