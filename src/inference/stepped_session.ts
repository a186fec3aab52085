/**
 * The generator on WebGPU, where a run of N steps is N runs of the step graph (`step_graph.ts`): the
 * inputs and outputs of `generator.onnx`. The cache goes to the device once a run; tokens, new keys and
 * new values stay there from step to step, and come back once.
 */
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-web/webgpu";
import { withoutEmpty } from "./empty_cache.ts";
import { elements, type Feeds, floats, integers, type Session, type Tensor } from "./runtime.ts";

/** The module that opened the session: its tensors wrap buffers of the device. */
export type Runtime = typeof import("onnxruntime-web/webgpu");

/** Inputs that are another part in every step. */
const BY_STEP = ["steps", "s1", "s2", "positions", "stamps", "uniforms"];

/** Bytes of a 64-bit integer, and what a copy on the device is a multiple of. */
const WORD_BYTES = 8;

/** Part `n` of what `data` has for each step, along the first axis: of `[N * k, ...]`, `[k, ...]`. */
function partOf<Data extends { subarray(from: number, to: number): Data; length: number }>(
  data: Data,
  n: number,
  steps: number,
): Data {
  const size = data.length / steps;
  return data.subarray(n * size, (n + 1) * size);
}

/** Drops the first of `tokens` tokens of each row, `[rows, tokens * width]`. */
function withoutFirst(data: Float32Array, tokens: number, width: number): Float32Array {
  const [from, to] = [tokens * width, (tokens - 1) * width];
  const rows = data.length / from;
  const out = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) {
    out.set(data.subarray(row * from + width, (row + 1) * from), row * to);
  }
  return out;
}

/** See the top of this file. */
export class SteppedSession implements Session {
  readonly #runtime: Runtime;
  readonly #device: GPUDevice;
  readonly #session: InferenceSession;

  /**
   * Takes over an open session.
   *
   * @param session of the step graph, its outputs in buffers of `device`
   */
  constructor(runtime: Runtime, device: GPUDevice, session: InferenceSession) {
    this.#runtime = runtime;
    this.#device = device;
    this.#session = session;
  }

  /** Runs `feeds.steps` steps. All outputs of `generator.onnx` are answered. */
  async run(given: Feeds): Promise<Record<string, Tensor>> {
    const steps = Number(given["steps"].data[0]);
    const feeds = withoutEmpty(given);
    const held: GPUBuffer[] = [];
    try {
      const constant = this.#uploaded(feeds, held);
      const drawn: Record<string, RuntimeTensor>[] = [];
      let state = this.#uploaded(firstRecent(feeds), held);
      let tokens: Feeds = { s1: feeds["s1"], s2: feeds["s2"] };
      for (let n = 0; n < steps; n++) {
        const outputs = await this.#session.run({
          ...constant,
          ...state,
          ...tokens,
          ...stepFeeds(feeds, n, steps),
        });
        if (n > 0) { for (const name in state) state[name].dispose(); }
        const { drawn_s1: s1, drawn_s2: s2, ...grown } = outputs;
        drawn.push({ s1, s2 });
        tokens = { s1, s2 };
        state = Object.fromEntries(
          Object.entries(grown).map(([name, value]) => [name.replace("grown", "recent"), value]),
        );
      }
      return await this.#answer(state, drawn, Number(feeds["s1"].dims[0]));
    } finally {
      for (const buffer of held) buffer.destroy();
    }
  }

  /** Float inputs that are the same in every step, in buffers of the device; others as they are. */
  #uploaded(feeds: Feeds, held: GPUBuffer[]): Feeds {
    const constant = Object.entries(feeds).filter(([name]) => !BY_STEP.includes(name));
    return Object.fromEntries(constant.map(([name, tensor]) => {
      const { data } = tensor;
      if (!(data instanceof Float32Array)) return [name, tensor];
      const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
      const size = Math.ceil(data.byteLength / 16) * 16; // the runtime reads four floats at once
      const buffer = this.#device.createBuffer({ size, usage: COPY_DST | COPY_SRC | STORAGE });
      held.push(buffer);
      this.#device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
      const { Tensor } = this.#runtime;
      return [name, Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: tensor.dims })];
    }));
  }

  /** What the run drew and added to the cache, read from the device at once. */
  async #answer(
    state: Feeds,
    drawn: readonly Record<string, RuntimeTensor>[],
    rows: number,
  ): Promise<Record<string, Tensor>> {
    const cache = Object.entries(state).filter(([name]) => name !== "recent_positions");
    const wanted = [
      ...drawn.flatMap(({ s1, s2 }) => [s1, s2]),
      ...cache.map(([, tensor]) => tensor),
    ];
    const parts = await this.#read(wanted);
    for (const tensor of [...wanted, state["recent_positions"]]) tensor.dispose();
    const answer: Record<string, Tensor> = {};
    ["drawn_s1_all", "drawn_s2_all"].forEach((name, token) => {
      const values = drawn.flatMap((_, n) => [...new BigInt64Array(parts[2 * n + token])]);
      answer[name] = integers(values.map(Number), [drawn.length, rows]);
    });
    cache.forEach(([name, { dims }], i) => {
      const data = new Float32Array(parts[2 * drawn.length + i]);
      const keys = name.startsWith("recent_keys");
      const axis = keys ? 4 : 3;
      const kept = withoutFirst(data, dims[axis], keys ? 1 : dims[4]);
      answer[name.replace("recent", "new")] = floats(
        kept,
        dims.map((size, d) => d === axis ? size - 1 : size),
      );
    });
    return answer;
  }

  /** The bytes of tensors on the device, in one transfer. */
  async #read(tensors: readonly RuntimeTensor[]): Promise<ArrayBuffer[]> {
    const sizes = tensors.map(({ type, dims }) =>
      elements(dims) * (type === "int64" ? WORD_BYTES : 4)
    );
    const offsets: number[] = [];
    let end = 0;
    for (const size of sizes) {
      offsets.push(end);
      end += Math.ceil(size / WORD_BYTES) * WORD_BYTES;
    }
    const { COPY_DST, MAP_READ } = GPUBufferUsage;
    const staging = this.#device.createBuffer({ size: end, usage: COPY_DST | MAP_READ });
    const encoder = this.#device.createCommandEncoder();
    tensors.forEach((tensor, i) => {
      encoder.copyBufferToBuffer(tensor.gpuBuffer as GPUBuffer, 0, staging, offsets[i], sizes[i]);
    });
    this.#device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(GPUMapMode.READ);
      const all = staging.getMappedRange();
      return sizes.map((size, i) => all.slice(offsets[i], offsets[i] + size));
    } finally {
      staging.destroy();
    }
  }

  /** Frees the session. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** What the first step of a run has before it: one token that nobody sees, for each row. */
function firstRecent(feeds: Feeds): Feeds {
  const recent: Feeds = {
    recent_positions: floats(new Float32Array(0), [feeds["positions"].dims[0], 0]),
  };
  for (const [name, { dims }] of Object.entries(feeds)) {
    const axis = name.startsWith("suffix_keys") ? 4 : name.startsWith("suffix_values") ? 3 : null;
    if (axis === null) continue;
    const shape = dims.map((size, d) => d === axis ? 0 : size);
    recent[name.replace("suffix", "recent")] = floats(new Float32Array(0), shape);
  }
  return withoutEmpty(recent);
}

/** The inputs of step `n` that differ from step to step; only a run of one step has several tokens. */
function stepFeeds(feeds: Feeds, n: number, steps: number): Feeds {
  const { positions, stamps, uniforms } = feeds;
  const at = Array.from(positions.data as BigInt64Array, (position) => Number(position) + n);
  const [, ...stampDims] = stamps.dims;
  const [, ...uniformDims] = uniforms.dims;
  return {
    positions: integers(at, positions.dims),
    stamps: integers(
      Array.from(partOf(stamps.data as BigInt64Array, n, steps), Number),
      [1, ...stampDims],
    ),
    uniforms: floats(partOf(uniforms.data as Float32Array, n, steps), [2, ...uniformDims]),
  };
}
