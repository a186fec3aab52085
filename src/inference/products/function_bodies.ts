/** Functions of a WebAssembly binary put in the place of others. */
import { unsigned } from "./instructions.ts";

/** What comes before the first section: the magic number and the version. */
const HEADER_BYTES = 8;

/** The section that holds the functions' bodies. */
const CODE_SECTION = 10;

/** Bytes of a binary, and where in it the reading is. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++];
  }

  /** A number in LEB128. */
  number(): number {
    let value = 0;
    for (let place = 1;; place *= 128) {
      const byte = this.byte();
      value += byte % 128 * place;
      if (byte < 128) return value;
    }
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(totalLength(parts));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The body, with its locals, to stand in the place of one; null leaves it. */
export type Replacement = (body: Uint8Array) => Uint8Array | null;

/** The section with the functions' bodies, from its first body on, with others in it: its parts. */
function replacedBodies(
  section: Uint8Array,
  count: number,
  sizes: readonly number[],
  replacement: Replacement,
): Uint8Array[] {
  const reader = new Reader(section, 0);
  const parts: Uint8Array[] = [];
  let copied = 0;
  for (let index = 0; index < count; index++) {
    const start = reader.at;
    const size = reader.number();
    if (!sizes.includes(size)) {
      reader.at += size;
      continue;
    }
    const other = replacement(reader.take(size));
    if (other === null) continue;
    parts.push(section.subarray(copied, start), Uint8Array.from(unsigned(other.length)), other);
    copied = reader.at;
  }
  return [...parts, section.subarray(copied)];
}

function totalLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/**
 * The binary with other functions.
 *
 * @param binary a valid WebAssembly module
 * @param sizes bytes of the bodies that may be replaced: there are tens of thousands of others
 */
export function withFunctionBodies(
  binary: Uint8Array,
  sizes: readonly number[],
  replacement: Replacement,
): Uint8Array<ArrayBuffer> {
  const reader = new Reader(binary, HEADER_BYTES);
  while (!reader.isAtEnd) {
    const start = reader.at;
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === CODE_SECTION) {
      const count = reader.number();
      const bodies = replacedBodies(binary.subarray(reader.at, end), count, sizes, replacement);
      const counted = unsigned(count);
      const size = counted.length + totalLength(bodies);
      const head = Uint8Array.from([CODE_SECTION, ...unsigned(size), ...counted]);
      return joined([binary.subarray(0, start), head, ...bodies, binary.subarray(end)]);
    }
    reader.at = end;
  }
  return joined([binary]);
}
