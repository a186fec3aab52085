/** WebGPU has no empty buffers: an empty part of the cache becomes one token that no query sees. */
import { elements, type Feeds, floats } from "./runtime.ts";

/** Further in the past than any window reaches. */
const UNSEEN_POSITION = -1e7;

/** Inputs in which each size of 0 is 1: zeros, at a position that is never seen. */
export function withoutEmpty(feeds: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      if (!tensor.dims.includes(0)) return [name, tensor];
      const dims = tensor.dims.map((size) => Math.max(1, size));
      const data = new Float32Array(elements(dims));
      if (name.endsWith("_positions")) data.fill(UNSEEN_POSITION);
      return [name, floats(data, dims)];
    }),
  );
}
