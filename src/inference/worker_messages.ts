/** What a worker and its owner say to each other. */
import type { Prefilled, SeriesChunk, SeriesInput } from "./engine.ts";
import type { ReplicaParts } from "./local_replica.ts";
import type { FaultKind } from "./replica_fault.ts";

/** The number of the call that prepares a worker; those of its replica count up from 1. */
export const PREPARATION = 0;

/** A call to the worker or to the replica in it. */
export type WorkerCall =
  | { readonly method: "prepare"; readonly threads: number; readonly fusedProducts: boolean }
  | { readonly method: "open"; readonly parts: ReplicaParts }
  | { readonly method: "prefill"; readonly input: SeriesInput }
  | { readonly method: "decode"; readonly handles: readonly number[]; readonly steps: number }
  | { readonly method: "release"; readonly handles: readonly number[] }
  | { readonly method: "close" };

/** A call with the number its answer will carry. */
export interface WorkerRequest {
  /** `PREPARATION`, or counts up from 1 for each worker; the answer carries it back. */
  readonly id: number;
  /** Copied to the worker with its arrays, but for weights: these move there. */
  readonly call: WorkerCall;
}

/** What a call answers, by method. */
export interface WorkerResults {
  /** The runtime, which has started. */
  prepare: WebAssembly.Module;
  /** The model is loaded. */
  open: null;
  /** Handle, cohort and times of the series. */
  prefill: Prefilled;
  /** A chunk for each handle, in their order, and the milliseconds of the run. */
  decode: { readonly chunks: readonly SeriesChunk[]; readonly decodeMs: number };
  /** The series are forgotten. */
  release: null;
  /** The sessions are freed; the worker may end. */
  close: null;
}

/** The answer to a call: a value, or the error it ended with, whose class a message does not keep. */
export type WorkerResponse =
  & {
    /** The number of the call. */
    readonly id: number;
    /** Bytes of the worker's runtime after it, see `heapBytes()`. */
    readonly heapBytes: number;
  }
  & (
    | { readonly value: WorkerResults[keyof WorkerResults] }
    | { readonly error: Error; readonly kind: FaultKind }
  );
