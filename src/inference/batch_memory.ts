/**
 * Memory in which the caches of a batch stand one after the other, as a run takes them. It is used again
 * from run to run: memory that is taken anew has to come from the system page by page, which takes far
 * longer than copying.
 */
import { freeArrays } from "./runtime.ts";

/** Of one graph. What it returns holds until the graph's next batch. */
export class BatchMemory {
  readonly #buffers = new Map<string, Float32Array>();
  #sources: readonly unknown[] = [];

  /** Memory for `length` numbers, which is not cleared: of the same name and length, the same as before. */
  take(name: string, length: number): Float32Array {
    const known = this.#buffers.get(name);
    if (known !== undefined && known.length >= length) return known.subarray(0, length);
    if (known !== undefined) freeArrays([known]);
    // What paths generated grows from run to run; pages that nobody writes to take no memory.
    const larger = new Float32Array(2 * length);
    this.#buffers.set(name, larger);
    return larger.subarray(0, length);
  }

  /** Parts of equal length one after the other; a single one as it is. */
  joined(name: string, parts: readonly Float32Array[]): Float32Array {
    if (parts.length === 1) return parts[0];
    const { length } = parts[0];
    const out = this.take(name, parts.length * length);
    parts.forEach((part, i) => out.set(part, i * length));
    return out;
  }

  /** Whether the last batch was made of the same in the same order, and so stands here already. */
  holds(sources: readonly unknown[]): boolean {
    const last = this.#sources;
    this.#sources = sources;
    return last.length === sources.length && sources.every((source, i) => source === last[i]);
  }

  /** Gives all of it back. */
  clear(): void {
    freeArrays([...this.#buffers.values()]);
    this.#buffers.clear();
    this.#sources = [];
  }
}
