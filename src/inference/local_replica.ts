/** A replica on the thread it is called from: the three graphs, and the series in its cache. */
import { setImmediate } from "node:timers";
import { DEPENDENCY_HEADS, FEATURES } from "../kronos/architecture.ts";
import { BatchMemory } from "./batch_memory.ts";
import type { Device, Precision, Prefilled, Replica, SeriesChunk, SeriesInput } from "./engine.ts";
import { decodeCandles, decoderContext, type DecoderGraph, decodeWindow } from "./decoder.ts";
import type { GraphBytes, ReplicaGraphs } from "./graph_bytes.ts";
import { generate, generateSliding, generatorContext, type GeneratorGraph } from "./generator.ts";
import { type LayerShape, paddedLength, SuffixCache } from "./key_value_cache.ts";
import type { Manifest } from "./manifest.ts";
import { floats, integerData, integers, openSession, type Session } from "./runtime.ts";
import { replicaFault } from "./replica_fault.ts";
import { freeSeries, inputLength, type Series, type Tokens } from "./series.ts";
import { warmUp } from "./warm_up.ts";

/** What a replica is made of. */
export interface ReplicaParts {
  /** Sizes of the graphs. */
  readonly manifest: Manifest;
  /** The files' bytes, checked against the manifest. */
  readonly graphs: ReplicaGraphs<GraphBytes>;
  /** Threads of each run. */
  readonly threads: number;
  /** Tokens a query may see; at most the manifest's. */
  readonly maxContext: number;
  /** What runs the graphs; absent is WASM. */
  readonly device?: Device;
  /** Of generator and decoder; absent is f32. */
  readonly precision?: Precision;
  /** For WASM, see `compileRuntime()`; absent is one with fused products. */
  readonly runtime?: WebAssembly.Module | undefined;
}

/**
 * Opens the graphs and forecasts once. The encoder is the same on every device but the native one: its
 * signs are the tokens, and rounding that turns one over changes a forecast.
 *
 * @throws NativeRuntimeError where the device is native and cannot be used
 * @throws Error of the runtime where the device does not take the graphs
 * @throws ReplicaFault where the graphs cannot be run
 */
export async function openLocalReplica(parts: ReplicaParts): Promise<LocalReplica> {
  const replica = await openGraphs(parts);
  try {
    await warmUp(replica);
  } catch (thrown) {
    replica.abandon();
    throw replicaFault(thrown);
  }
  return replica;
}

async function openGraphs(parts: ReplicaParts): Promise<LocalReplica> {
  const { manifest, maxContext } = parts;
  const { Worker } = globalThis;
  try {
    const { encoder, generator, decoder } = await openSessions(parts);
    return new LocalReplica(manifest, maxContext, encoder, generator, decoder);
  } finally {
    // The runtime takes Deno for Node and leaves Node's `Worker` there, which calls no `onmessage`:
    // nobody would hear a worker that this thread starts later. Its own threads are started by now.
    globalThis.Worker = Worker;
  }
}

async function openSessions(parts: ReplicaParts): Promise<ReplicaGraphs<Session>> {
  const { device, graphs: { encoder }, manifest: { architecture } } = parts;
  let { generator, decoder } = parts.graphs;
  // What few need is loaded where they do, and its libraries with it.
  if (device === "webgpu") {
    const { openWebgpuSessions } = await import("./webgpu_runtime.ts");
    return await openWebgpuSessions(parts.graphs, 2 ** architecture.model.s1_bits);
  }
  if (parts.precision === "int8") {
    const { withInt8Weights } = await import("./int8_weights.ts");
    [generator, decoder] = [withInt8Weights(generator), withInt8Weights(decoder)];
  }
  const { threads, runtime } = parts;
  const options = { threads, runtime, device: device ?? "wasm" };
  // The largest first: what it needs only while it opens is free for the others.
  const opened = await openSession(generator, options);
  return {
    generator: opened,
    encoder: await openSession(encoder, options),
    decoder: await openSession(decoder, options),
  };
}

function layerShapes(width: number, heads: number, layers: number): LayerShape[] {
  return Array.from({ length: layers }, () => ({ heads, headSize: width / heads }));
}

/**
 * Lets the thread handle what waits for it. A run on one thread computes in a microtask, so that
 * without this, calls in a row would keep timers and sockets of the thread waiting.
 */
function eventsHandled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A replica on this thread. */
export class LocalReplica implements Replica {
  readonly #encoder: Session;
  readonly #generator: GeneratorGraph;
  readonly #decoder: DecoderGraph;
  readonly #window: number;
  readonly #series = new Map<number, Series>();
  #handles = 0;

  /** Takes over open sessions; use `openLocalReplica()`. */
  constructor(
    { architecture: { model, tokenizer } }: Manifest,
    window: number,
    encoder: Session,
    generator: Session,
    decoder: Session,
  ) {
    this.#window = window;
    this.#encoder = encoder;
    this.#generator = {
      session: generator,
      vocabulary: 2 ** model.s1_bits,
      window,
      layers: [
        ...layerShapes(model.d_model, model.n_heads, model.n_layers),
        ...layerShapes(model.d_model, DEPENDENCY_HEADS, 1),
      ],
      memory: new BatchMemory(),
    };
    this.#decoder = {
      session: decoder,
      window,
      layers: layerShapes(tokenizer.d_model, tokenizer.n_heads, tokenizer.n_dec_layers - 1),
      memory: new BatchMemory(),
    };
  }

  /** See `Replica`. It is replaced by whoever supervises it. */
  available(): Promise<void> {
    return Promise.resolve();
  }

  /** See `Replica`. What the thread's runtime has taken it keeps: another would be no smaller. */
  readonly worn = false;

  /** See `Replica`; never needed. */
  renew(): Promise<void> {
    return Promise.resolve();
  }

  /** Not known: other replicas may share the runtime of this thread. */
  readonly heapBytes = 0;

  /** See `Replica`. */
  async prefill(input: SeriesInput): Promise<Prefilled> {
    await eventsHandled();
    const start = performance.now();
    const context = await this.#tokenize(input);
    const tokenized = performance.now();
    const length = context.s1.length;
    const handle = ++this.#handles;
    const { horizon, paths, policy } = input;
    const decoded = await decoderContext(this.#decoder, context);
    const slides = policy === "exact" && length + horizon > this.#window;
    const series: Series = {
      handle,
      input,
      context,
      generated: { s1: new Int32Array(paths * horizon), s2: new Int32Array(paths * horizon) },
      // A sliding series recomputes its window, each path alone: nothing to share with others.
      cohort: slides
        ? `exact-${handle}`
        : `${paths}x${paddedLength(length - 1)}x${paddedLength(length)}`,
      slides,
      generator: {
        context: await generatorContext(this.#generator, input, context),
        suffix: new SuffixCache(this.#generator.layers, paths, horizon),
      },
      decoder: {
        context: decoded.cache,
        suffix: new SuffixCache(this.#decoder.layers, paths, horizon),
      },
      step: 0,
    };
    this.#series.set(handle, series);
    return {
      handle,
      cohort: series.cohort,
      tokenizeMs: tokenized - start,
      prefillMs: performance.now() - tokenized,
      lastCandle: decoded.lastCandle,
    };
  }

  /** Tokens of the whole input, cut to the window. */
  async #tokenize(input: SeriesInput): Promise<Tokens> {
    const length = inputLength(input);
    const { tokens } = await this.#encoder.run({
      candles: floats(input.features, [1, length, FEATURES]),
      positions: integers(Array.from({ length }, (_, position) => position), [1, length]),
    });
    const all = integerData(tokens);
    const first = Math.max(0, length - this.#window);
    return { s1: all.slice(first, length), s2: all.slice(length + first) };
  }

  /** See `Replica`. */
  async decode(
    handles: readonly number[],
    steps: number,
  ): Promise<{ readonly chunks: readonly SeriesChunk[]; readonly decodeMs: number }> {
    await eventsHandled();
    const start = performance.now();
    const batch = handles.map((handle) => this.#known(handle));
    const chunks = batch[0].slides
      ? [await this.#decodeSliding(batch[0], steps)]
      : await this.#decodeCached(batch, steps);
    return { chunks, decodeMs: performance.now() - start };
  }

  #known(handle: number): Series {
    const series = this.#series.get(handle);
    if (series === undefined) throw new Error(`Cannot decode series ${handle}: not in the cache`);
    return series;
  }

  async #decodeCached(batch: readonly Series[], steps: number): Promise<SeriesChunk[]> {
    const firstStep = batch[0].step;
    const remaining = batch.map((series) => series.input.horizon - firstStep);
    await generate(this.#generator, batch, Math.min(steps, Math.max(...remaining)));
    const candles = await decodeCandles(this.#decoder, batch, firstStep, steps);
    return batch.map((series, i) => ({
      handle: series.handle,
      firstStep,
      steps: Math.min(steps, remaining[i]),
      candles: candles[i],
      done: series.step === series.input.horizon,
    }));
  }

  async #decodeSliding(series: Series, steps: number): Promise<SeriesChunk> {
    const { horizon } = series.input;
    const cached = this.#window - series.context.s1.length + 1 - series.step;
    if (cached > 0) {
      await generate(this.#generator, [series], Math.min(steps, cached, horizon - series.step));
    } else {
      await generateSliding(this.#generator, series);
    }
    const done = series.step === horizon;
    return {
      handle: series.handle,
      firstStep: 0,
      steps: done ? horizon : 0,
      candles: done ? await decodeWindow(this.#decoder, series) : new Float32Array(0),
      done,
    };
  }

  /** See `Replica`. */
  release(handles: readonly number[]): Promise<void> {
    for (const handle of handles) {
      const series = this.#series.get(handle);
      if (series !== undefined) freeSeries(series);
      this.#series.delete(handle);
    }
    if (this.#series.size === 0) this.#forgetBatch();
    return Promise.resolve();
  }

  #forgetBatch(): void {
    this.#generator.memory.clear();
    this.#decoder.memory.clear();
  }

  /** Forgets everything: what it held is freed as soon as no run needs it. */
  abandon(): void {
    // What cannot be freed either is lost with the memory that it is in.
    this.close().catch(() => {});
  }

  /** See `Replica`. */
  async close(): Promise<void> {
    this.#series.clear();
    this.#forgetBatch();
    await this.#encoder.release();
    await this.#generator.session.release();
    await this.#decoder.session.release();
  }
}
