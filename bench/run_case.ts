/**
 * One process of the benchmark: loads a model, forecasts, prints one JSON line. Every case has a
 * process of its own, so that memory is that case's alone.
 */
import type { Replica, SeriesInput } from "../src/inference/engine.ts";
import { openEngine } from "../src/inference/open_engine.ts";
import { type BenchCase, type BenchResult, median } from "./case.ts";

/** Steps between two chances to join, leave or cancel, as served. */
const CHUNK_STEPS = 16;

/** So long forecasts do not count: until V8 has compiled what is hot they are up to four times slower. */
const WARM_UP_MS = 4000;

type Phases = Omit<BenchResult, "loadMs" | "rssMb">;

/** A smooth series: what it is does not matter to the time, that it is the same everywhere does. */
function input({ context, horizon }: BenchCase, seed: number, paths: number): SeriesInput {
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

/** What each replica does: series where there are several, else its part of the paths. */
function shares(benchCase: BenchCase, seed: number): SeriesInput[][] {
  const { replicas, series, paths } = benchCase;
  const part = (count: number, replica: number): number => Math.floor((count + replica) / replicas);
  return Array.from({ length: replicas }, (_, replica) => {
    const [own, each] = series === 1 ? [1, part(paths, replica)] : [part(series, replica), paths];
    return each === 0
      ? []
      : Array.from({ length: own }, (_, i) => input(benchCase, seed + i, each));
  });
}

async function forecast(replica: Replica, inputs: readonly SeriesInput[]): Promise<Phases> {
  const start = performance.now();
  const times = { tokenizeMs: 0, prefillMs: 0, decodeMs: 0 };
  let running: number[] = [];
  for (const series of inputs) {
    const { handle, tokenizeMs, prefillMs } = await replica.prefill(series);
    times.tokenizeMs += tokenizeMs;
    times.prefillMs += prefillMs;
    running.push(handle);
  }
  while (running.length > 0) {
    const { chunks, decodeMs } = await replica.decode(running, CHUNK_STEPS);
    times.decodeMs += decodeMs;
    const done = chunks.filter((chunk) => chunk.done).map(({ handle }) => handle);
    await replica.release(done);
    running = running.filter((handle) => !done.includes(handle));
  }
  return { ...times, totalMs: performance.now() - start };
}

async function together(replicas: readonly Replica[], seed: number): Promise<Phases> {
  const inputs = shares(benchCase, seed);
  const all = await Promise.all(replicas.map((replica, i) => forecast(replica, inputs[i])));
  const most = (name: keyof Phases): number => Math.max(...all.map((phases) => phases[name]));
  return {
    tokenizeMs: most("tokenizeMs"),
    prefillMs: most("prefillMs"),
    decodeMs: most("decodeMs"),
    totalMs: most("totalMs"),
  };
}

const benchCase: BenchCase = JSON.parse(Deno.args[0]);
const start = performance.now();
const { info, replicas } = await openEngine({ ...benchCase, workers: benchCase.replicas });
await Promise.all(replicas.map((replica) => replica.available()));
const loadMs = performance.now() - start;
if (info.device !== benchCase.device) throw new Error(`${info.deviceWarning}`);
const warm = performance.now() + WARM_UP_MS;
do await together(replicas, 0); while (performance.now() < warm);
const runs: Phases[] = [];
for (let i = 1; i <= benchCase.repeats; i++) runs.push(await together(replicas, 100 * i));
const phase = (name: keyof Phases): number => median(runs.map((run) => run[name]));
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
