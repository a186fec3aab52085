/** A worker that is ready for a model before there is one to open. */
import { mayHaveGraphicsProcessor } from "./graphics_adapter.ts";
import type { EngineOptions } from "./open_engine.ts";
import { PREPARATION, type WorkerRequest, type WorkerResponse } from "./worker_messages.ts";
import { startWorker } from "./worker_replica.ts";

/** What a worker depends on before it has a model. */
export type WorkerOptions = Pick<
  EngineOptions,
  "workers" | "threads" | "device" | "precision" | "fusedProducts"
>;

/** A worker whose runtime has started, or will have before it opens a model. */
export interface PreparedWorker {
  /** Runs `replica_worker.ts`. */
  readonly worker: Worker;
  /** The runtime as it compiled it, for others; rejects where it fails, as does opening a model in it. */
  readonly runtime: Promise<WebAssembly.Module>;
}

/** Whether replicas run on WASM in workers, as far as that is known without asking for a device. */
function runsOnWasm({ workers, device = "auto", precision = "f32" }: WorkerOptions): boolean {
  if (workers === 0) return false;
  return device === "wasm" ||
    device === "auto" && (precision === "int8" || !mayHaveGraphicsProcessor());
}

function startPrepared({ threads, fusedProducts = true }: WorkerOptions): PreparedWorker {
  const worker = startWorker();
  const runtime = new Promise<WebAssembly.Module>((resolve, reject) => {
    // Not by `onmessage`, which whoever opens a model in it takes.
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerResponse>) => {
      if (data.id !== PREPARATION) return;
      if ("error" in data) reject(data.error);
      else resolve(data.value as WebAssembly.Module);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    });
  });
  runtime.catch(() => {}); // who opens a model in it is told
  const request: WorkerRequest = {
    id: PREPARATION,
    call: { method: "prepare", threads, fusedProducts },
  };
  worker.postMessage(request);
  return { worker, runtime };
}

/**
 * Starts a worker that compiles and starts the runtime at once, so that opening a model in it takes
 * less.
 *
 * @returns what gives it once, and null from then on; null from the first where none was started, since
 *   the replicas run on another device or on the calling thread
 */
export function prepareWorker(options: WorkerOptions): () => PreparedWorker | null {
  let prepared = runsOnWasm(options) ? startPrepared(options) : null;
  return () => {
    const taken = prepared;
    prepared = null;
    return taken;
  };
}
