/** The tiny parity checkpoint on the engine that serves, opened once for a test file. */
import { buildGraphs } from "../../src/importer/graphs.ts";
import { readModelCheckpoint, readTokenizerCheckpoint } from "../../src/importer/checkpoint.ts";
import { FEATURES, TIME_FEATURES } from "../../src/kronos/architecture.ts";
import type { Replica, SeriesInput } from "../../src/inference/engine.ts";
import {
  type LocalReplica,
  openLocalReplica,
  type ReplicaParts,
} from "../../src/inference/local_replica.ts";
import { MANIFEST_FORMAT } from "../../src/inference/manifest.ts";

const FIXTURE = new URL("../fixtures/parity/tiny/", import.meta.url).pathname;

/** Tokens the tiny model attends to in these tests. */
export const TINY_CONTEXT = 48;

/** What a replica of the tiny model is made of. */
export async function tinyParts(): Promise<ReplicaParts> {
  const model = await readModelCheckpoint(`${FIXTURE}model`);
  const tokenizer = await readTokenizerCheckpoint(`${FIXTURE}tokenizer`);
  const limits = { maxContext: TINY_CONTEXT, maxHorizon: 64, maxInput: 128 };
  return {
    manifest: {
      format_version: MANIFEST_FORMAT,
      model_version: "tiny",
      tokenizer_version: "tiny",
      architecture: { model: model.architecture, tokenizer: tokenizer.architecture },
      limits: { max_context: TINY_CONTEXT, max_horizon: 64, max_input: 128 },
      defaults: {},
      sources: {
        model: { origin: "tiny", revision: null, files: {} },
        tokenizer: { origin: "tiny", revision: null, files: {} },
      },
      licence: "MIT",
      onnx: { opset: 21, ir_version: 10 },
      files: {},
    },
    graphs: buildGraphs(model, tokenizer, limits),
    threads: 1,
    maxContext: TINY_CONTEXT,
  };
}

/** Opens the tiny model on the calling thread. */
export async function openTinyReplica(): Promise<LocalReplica> {
  return await openLocalReplica(await tinyParts());
}

/** A series that differs with its seed, in values and in times. */
export function tinySeries(
  time: number,
  changes: Partial<SeriesInput> & { readonly seed: number },
): SeriesInput {
  const horizon = changes.horizon ?? 8;
  const phase = changes.seed % 97;
  return {
    features: Float32Array.from(
      { length: time * FEATURES },
      (_, i) => 1.5 * Math.sin((i + phase) * 0.7) + 0.3 * Math.cos(i * phase),
    ),
    stamps: Int32Array.from(
      { length: (time + horizon) * TIME_FEATURES },
      (_, i) => 1 + (i + phase) % 5,
    ),
    horizon,
    paths: 1,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    policy: "rolling",
    ...changes,
  };
}

/** A replica, watched or not. */
type AnyReplica = Pick<Replica, "prefill" | "decode" | "release">;

/** Decodes series of one cohort to their end; each series' candles, `[paths, horizon, 6]`. */
export async function decodeAll(
  replica: AnyReplica,
  series: readonly { readonly handle: number; readonly input: SeriesInput }[],
  chunkSteps: number,
): Promise<Float32Array[]> {
  const results = new Map(series.map(({ handle, input }) => [
    handle,
    { input, candles: new Float32Array(input.paths * input.horizon * FEATURES) },
  ]));
  let running = series.map(({ handle }) => handle);
  while (running.length > 0) {
    const { chunks } = await replica.decode(running, chunkSteps);
    for (const { handle, firstStep, steps, candles } of chunks) {
      const { input, candles: all } = results.get(handle)!;
      for (let path = 0; path < input.paths; path++) {
        const part = candles.subarray(path * steps * FEATURES, (path + 1) * steps * FEATURES);
        all.set(part, (path * input.horizon + firstStep) * FEATURES);
      }
    }
    const done = chunks.filter((chunk) => chunk.done).map((chunk) => chunk.handle);
    await replica.release(done);
    running = running.filter((handle) => !done.includes(handle));
  }
  return series.map(({ handle }) => results.get(handle)!.candles);
}

/** The forecast of one series, alone. */
export async function forecastAlone(
  replica: AnyReplica,
  input: SeriesInput,
  chunkSteps = 16,
): Promise<Float32Array> {
  const { handle } = await replica.prefill(input);
  return (await decodeAll(replica, [{ handle, input }], chunkSteps))[0];
}
