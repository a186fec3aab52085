/**
 * onnxruntime for Node, which uses the machine's own instructions. It is no dependency of the service,
 * 290 MB large: `deno task native:install` puts it into `native/`, and loading it wants `--allow-ffi`.
 */
import { createRequire } from "node:module";
import type { InferenceSession } from "onnxruntime-web";

/** The part of the runtime that is used, the same as of onnxruntime-web. */
export interface NativeRuntime {
  /** Opens graphs. */
  readonly InferenceSession: {
    /** Loads a graph. */
    create(graph: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

/** A native runtime that is not installed, not permitted, or not made for this machine. */
export class NativeRuntimeError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "NativeRuntimeError";
}

/**
 * The native runtime.
 *
 * @param folder beside its `node_modules`
 * @throws NativeRuntimeError where it cannot be used
 */
export function nativeRuntime(
  folder: URL = new URL("../../native/", import.meta.url),
): NativeRuntime {
  try {
    return createRequire(new URL("deno.json", folder))("onnxruntime-node");
  } catch (cause) {
    const state = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new NativeRuntimeError(`Cannot run natively: ${state}`, { cause });
  }
}
