/**
 * onnxruntime on WebGPU. Generator and decoder run on the device; the encoder runs beside them on
 * WASM, since the signs of its result are the tokens: what rounds otherwise is another forecast.
 */
import { withoutEmpty } from "./empty_cache.ts";
import type { GraphBytes, ReplicaGraphs } from "./graph_bytes.ts";
import { ReplicaFault, replicaFault } from "./replica_fault.ts";
import type { Feeds, Session } from "./runtime.ts";
import { stepGraph } from "./step_graph.ts";
import { type Runtime, SteppedSession } from "./stepped_session.ts";

/**
 * Loads the runtime with `location` out of its sight: in a Worker Deno gives it the origin "null", from
 * which the runtime, as it is loaded, makes a URL that is invalid.
 */
async function loadRuntime(): Promise<Runtime> {
  const shown = Object.getOwnPropertyDescriptor(globalThis, "location");
  Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });
  try {
    return await import("onnxruntime-web/webgpu");
  } finally {
    if (shown === undefined) Reflect.deleteProperty(globalThis, "location");
    else Object.defineProperty(globalThis, "location", shown);
  }
}

/** The decoder on the device. */
function decoderSession(session: Session): Session {
  return {
    run: (feeds: Feeds, fetches: readonly string[] = []) =>
      session.run(withoutEmpty(feeds), fetches),
    release: () => session.release(),
  };
}

/**
 * A session whose replica is lost where a run fails. A driver that restarts takes all buffers, and may
 * say so only after a call has failed of it; and what a call to the device throws leaves the runtime in
 * the middle of a run, after which it was seen to answer no other.
 */
function guarded(session: Session, device: GPUDevice): Session {
  let lost: string | null = null;
  device.lost.then(({ message }) => lost = message);
  return {
    run: async (feeds: Feeds, fetches: readonly string[] = []) => {
      try {
        return await session.run(feeds, fetches);
      } catch (error) {
        const { kind, message } = replicaFault(error);
        const state = lost === null ? message : `it is lost: ${lost}`;
        throw new ReplicaFault(
          kind === "threw" ? "died" : kind,
          `Cannot infer on the graphics device: ${state}`,
          error,
        );
      }
    },
    release: () => session.release(),
  };
}

/**
 * Opens the graphs of a replica.
 *
 * @param vocabulary V, of s1 and of s2
 * @throws Error of the runtime where the device does not take them
 */
export async function openWebgpuSessions(
  graphs: ReplicaGraphs<GraphBytes>,
  vocabulary: number,
): Promise<ReplicaGraphs<Session>> {
  const runtime = await loadRuntime();
  runtime.env.logLevel = "error";
  runtime.env.wasm.numThreads = 1; // of the encoder; the processor does little else
  const open = (
    { structure, weights, weightsName }: GraphBytes,
    provider: "wasm" | "webgpu",
    outputs: "cpu" | "gpu-buffer" = "cpu",
  ) =>
    runtime.InferenceSession.create(structure, {
      externalData: [{ path: weightsName, data: weights }],
      executionProviders: [provider],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      preferredOutputLocation: outputs,
    });
  const steps = await open(stepGraph(graphs.generator, vocabulary), "webgpu", "gpu-buffer");
  const device = await runtime.env.webgpu.device as GPUDevice;
  const decoder = await open(graphs.decoder, "webgpu");
  return {
    encoder: await open(graphs.encoder, "wasm"),
    generator: guarded(new SteppedSession(runtime, device, steps), device),
    decoder: guarded(decoderSession(decoder), device),
  };
}
