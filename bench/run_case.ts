/**
 * One process of the benchmark: loads a model, forecasts, prints one JSON line. Every case has a
 * process of its own, so that memory is that case's alone.
 */
import { LocalReplica, openLocalReplica } from "../src/inference/local_replica.ts";
import { readModelFolder } from "../src/inference/model_folder.ts";
import type { Replica, SeriesInput } from "../src/inference/engine.ts";
import { type BenchCase, type BenchResult, median } from "./case.ts";

/** Steps between two chances to join, leave or cancel, as served. */
const CHUNK_STEPS = 16;

async function openReplica({ modelPath, device, threads }: BenchCase): Promise<Replica> {
  const { manifest, ...graphs } = await readModelFolder(modelPath);
  const maxContext = manifest.limits.max_context;
  if (device === "wasm") return await openLocalReplica({ manifest, graphs, threads, maxContext });
  // Only the benchmark uses it, so it is no dependency of the service and not in its lock file.
  const name = "npm:onnxruntime-node@1.30.0";
  const { InferenceSession } = await import(name);
  const open = (graph: Uint8Array) =>
    InferenceSession.create(graph, { intraOpNumThreads: threads, graphOptimizationLevel: "all" });
  const sessions = [graphs.encoder, graphs.generator, graphs.decoder].map(open);
  const [encoder, generator, decoder] = await Promise.all(sessions);
  return new LocalReplica(manifest, maxContext, encoder, generator, decoder);
}

/** A smooth series: what it is does not matter to the time, that it is the same everywhere does. */
function input({ context, horizon, paths }: BenchCase, seed: number): SeriesInput {
  return {
    features: Float32Array.from({ length: context * 6 }, (_, i) => Math.sin(i * 0.37 + i % 6)),
    stamps: Int32Array.from({ length: (context + horizon) * 5 }, (_, i) => 1 + i % 5),
    horizon,
    paths,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    seed,
    policy: "rolling",
  };
}

async function forecast(
  replica: Replica,
  series: SeriesInput,
): Promise<Omit<BenchResult, "loadMs" | "rssMb">> {
  const start = performance.now();
  const { handle, tokenizeMs, prefillMs } = await replica.prefill(series);
  let decodeMs = 0;
  for (let done = false; !done;) {
    const answer = await replica.decode([handle], CHUNK_STEPS);
    decodeMs += answer.decodeMs;
    done = answer.chunks[0].done;
  }
  await replica.release([handle]);
  return { tokenizeMs, prefillMs, decodeMs, totalMs: performance.now() - start };
}

const benchCase: BenchCase = JSON.parse(Deno.args[0]);
const start = performance.now();
const replica = await openReplica(benchCase);
const loadMs = performance.now() - start;
await forecast(replica, input(benchCase, 0));
const runs: Awaited<ReturnType<typeof forecast>>[] = [];
for (let i = 1; i <= benchCase.repeats; i++) {
  runs.push(await forecast(replica, input(benchCase, i)));
}
const phase = (name: keyof (typeof runs)[number]): number => median(runs.map((run) => run[name]));
const result: BenchResult = {
  loadMs,
  tokenizeMs: phase("tokenizeMs"),
  prefillMs: phase("prefillMs"),
  decodeMs: phase("decodeMs"),
  totalMs: phase("totalMs"),
  rssMb: Deno.memoryUsage().rss / 1e6,
};
console.log(JSON.stringify(result));
Deno.exit(0); // the runtime's threads keep the process alive
