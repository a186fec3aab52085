/** A replica in a Worker, so that the thread that serves requests never computes. */
import type { Prefilled, Replica, SeriesChunk, SeriesInput } from "./engine.ts";
import type { ReplicaParts } from "./local_replica.ts";
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

/** Starts a worker and loads the model in it. */
export async function openWorkerReplica(parts: ReplicaParts): Promise<WorkerReplica> {
  const worker = new Worker(new URL("./replica_worker.ts", import.meta.url), { type: "module" });
  const replica = new WorkerReplica(worker);
  try {
    await replica.open(parts);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return replica;
}

/** The owner's end of a replica in a worker. After the worker fails, every call rejects. */
export class WorkerReplica implements Replica {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #failure: Error | null = null;
  #calls = 0;

  /** Takes over a worker running `replica_worker.ts`; use `openWorkerReplica()`. */
  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<WorkerResponse>) => this.#settle(event.data);
    worker.onerror = (event: ErrorEvent) => {
      event.preventDefault();
      this.#fail(new Error(`Cannot go on: the inference worker failed: ${event.message}`));
    };
  }

  #settle(response: WorkerResponse): void {
    const pending = this.#pending.get(response.id);
    if (pending === undefined) return;
    this.#pending.delete(response.id);
    if ("error" in response) pending.reject(response.error);
    else pending.resolve(response.value as never);
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #call<Method extends keyof WorkerResults>(
    call: WorkerCall & { method: Method },
  ): Promise<WorkerResults[Method]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const request: WorkerRequest = { id: ++this.#calls, call };
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  /** Loads the model; before any other call. */
  async open(parts: ReplicaParts): Promise<void> {
    await this.#call({ method: "open", parts });
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

  /** See `Replica`. The worker ends even if it failed before. */
  async close(): Promise<void> {
    if (this.#failure !== null) return;
    await this.#call({ method: "close" });
    this.#fail(new Error("Cannot infer: the replica is closed"));
  }
}
