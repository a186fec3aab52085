/** A replica in a Worker, so that the thread that serves requests never computes. */
import type { Prefilled, SeriesChunk, SeriesInput } from "./engine.ts";
import type { GraphBytes } from "./graph_bytes.ts";
import type { ReplicaParts } from "./local_replica.ts";
import { ReplicaFault } from "./replica_fault.ts";
import type {
  WorkerCall,
  WorkerRequest,
  WorkerResponse,
  WorkerResults,
} from "./worker_messages.ts";

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a worker that runs `replica_worker.ts`. */
export function startWorker(): Worker {
  return new Worker(new URL("./replica_worker.ts", import.meta.url), { type: "module" });
}

/** How a worker is opened. */
export interface WorkerOpening {
  /** The longest that it may take; a worker that ends meanwhile says so to nobody. */
  readonly timeoutMs: number;
  /** Gives it up; absent: nobody does. */
  readonly signal?: AbortSignal;
  /** Makes the worker; absent: a new one of `replica_worker.ts`. */
  readonly start?: () => Worker;
}

/**
 * Starts a worker, loads the model in it and has it forecast once.
 *
 * @param read gives what it is made of, while the worker starts, which takes the weights over
 * @throws ReplicaFault of kind `hung` where it takes too long, `died` where it is given up
 */
export async function openWorkerReplica(
  read: () => Promise<ReplicaParts>,
  { timeoutMs, signal, start = startWorker }: WorkerOpening,
): Promise<WorkerReplica> {
  signal?.throwIfAborted();
  const replica = new WorkerReplica(start());
  const giveUp = (): void => {
    replica.abandon(new ReplicaFault("died", "The model did not open: nobody waits for it"));
  };
  signal?.addEventListener("abort", giveUp);
  const watchdog = setTimeout(() => {
    replica.abandon(new ReplicaFault("hung", `The model did not open within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    await replica.open(await read());
  } catch (error) {
    replica.abandon(new ReplicaFault("died", "Cannot infer: the model did not open", error));
    throw error;
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener("abort", giveUp);
  }
  return replica;
}

/**
 * The owner's end of a replica in a worker. After the worker fails, every call rejects. A worker that
 * ends without an error says so to nobody: whoever waits needs a watchdog.
 */
export class WorkerReplica {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #failure: ReplicaFault | null = null;
  #calls = 0;
  #heapBytes = 0;

  /** Takes over a worker running `replica_worker.ts`; use `openWorkerReplica()`. */
  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<WorkerResponse>) => this.#settle(event.data);
    worker.onerror = (event: ErrorEvent) => {
      event.preventDefault();
      this.abandon(new ReplicaFault("died", `The inference worker ended: ${event.message}`));
    };
  }

  /** Bytes of its runtime after the last call. */
  get heapBytes(): number {
    return this.#heapBytes;
  }

  #settle(response: WorkerResponse): void {
    this.#heapBytes = response.heapBytes;
    const pending = this.#pending.get(response.id);
    if (pending === undefined) return;
    this.#pending.delete(response.id);
    if ("error" in response) {
      const { error, kind } = response;
      pending.reject(new ReplicaFault(kind, error.message, error));
    } else pending.resolve(response.value as never);
  }

  /**
   * Ends the worker; calls under way and to come reject with `fault`. Deno ends a worker that computes
   * only when its run returns: until then it costs a core, and its memory.
   */
  abandon(fault: ReplicaFault): void {
    if (this.#failure !== null) return;
    this.#failure = fault;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
  }

  #call<Method extends keyof WorkerResults>(
    call: WorkerCall & { method: Method },
    transfer: Transferable[] = [],
  ): Promise<WorkerResults[Method]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const request: WorkerRequest = { id: ++this.#calls, call };
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request, transfer);
    });
  }

  /** Loads the model; before any other call. The weights go to the worker and are not kept here. */
  async open(parts: ReplicaParts): Promise<void> {
    const weights = Object.values(parts.graphs).map((graph: GraphBytes) => graph.weights.buffer);
    await this.#call({ method: "open", parts }, weights);
  }

  /** See `Replica`. */
  prefill(input: SeriesInput): Promise<Prefilled> {
    return this.#call({ method: "prefill", input });
  }

  /** See `Replica`. */
  decode(
    handles: readonly number[],
    steps: number,
  ): Promise<{ readonly chunks: readonly SeriesChunk[]; readonly decodeMs: number }> {
    return this.#call({ method: "decode", handles, steps });
  }

  /** See `Replica`. */
  async release(handles: readonly number[]): Promise<void> {
    await this.#call({ method: "release", handles });
  }

  /** See `Replica`. The worker ends even if it failed before, or fails to close. */
  async close(): Promise<void> {
    if (this.#failure !== null) return;
    try {
      await this.#call({ method: "close" });
    } finally {
      this.abandon(new ReplicaFault("died", "Cannot infer: the replica is closed"));
    }
  }
}
