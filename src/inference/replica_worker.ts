/** Entry of a worker: one replica, called by messages, one call after the other. */
import type { GraphBytes, ReplicaGraphs } from "./graph_bytes.ts";
import { type LocalReplica, openLocalReplica } from "./local_replica.ts";
import { compileRuntime } from "./products/fused_runtime.ts";
import { replicaFault } from "./replica_fault.ts";
import { freeArrays, heapBytes, startRuntime } from "./runtime.ts";
import type {
  WorkerCall,
  WorkerRequest,
  WorkerResponse,
  WorkerResults,
} from "./worker_messages.ts";

/** The part of a worker's global scope that is used; the program is checked with the window's. */
interface WorkerScope {
  onmessage: (event: MessageEvent<WorkerRequest>) => void;
  postMessage(response: WorkerResponse): void;
}

const scope = globalThis as unknown as WorkerScope;
let replica: LocalReplica | null = null;
let queue: Promise<void> = Promise.resolve();

/** Gives back at once what the runtime has copied; a garbage collection may come late, or never. */
function freeWeights(graphs: ReplicaGraphs<GraphBytes>): void {
  freeArrays(Object.values(graphs).map(({ weights }: GraphBytes) => weights));
}

async function answer(call: WorkerCall): Promise<WorkerResults[keyof WorkerResults]> {
  if (call.method === "prepare") {
    const runtime = await compileRuntime(call.fusedProducts);
    await startRuntime({ threads: call.threads, runtime });
    return runtime;
  }
  if (call.method === "open") {
    replica = await openLocalReplica(call.parts);
    freeWeights(call.parts.graphs);
    return null;
  }
  if (replica === null) throw new Error(`Cannot ${call.method}: the worker has no model`);
  switch (call.method) {
    case "prefill":
      return await replica.prefill(call.input);
    case "decode":
      return await replica.decode(call.handles, call.steps);
    case "release":
      await replica.release(call.handles);
      return null;
    case "close":
      await replica.close();
      return null;
  }
}

async function respond({ id, call }: WorkerRequest): Promise<void> {
  let response: WorkerResponse;
  try {
    const value = await answer(call);
    response = { id, value, heapBytes: heapBytes() };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    response = { id, error, kind: replicaFault(thrown).kind, heapBytes: heapBytes() };
  }
  scope.postMessage(response);
}

scope.onmessage = (event) => {
  queue = queue.then(() => respond(event.data));
};
