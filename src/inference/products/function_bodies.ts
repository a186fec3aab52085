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
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The body, with its locals, to stand in the place of one; null leaves it. */
export type Replacement = (body: Uint8Array) => Uint8Array | null;

/** The section with the functions' bodies, from its first body on, with others in it. */
function replacedBodies(section: Uint8Array, count: number, replacement: Replacement): Uint8Array {
  const reader = new Reader(section, 0);
  const parts: Uint8Array[] = [];
  let copied = 0;
  for (let index = 0; index < count; index++) {
    const start = reader.at;
    const other = replacement(reader.take(reader.number()));
    if (other === null) continue;
    parts.push(section.subarray(copied, start), Uint8Array.from(unsigned(other.length)), other);
    copied = reader.at;
  }
  return joined([...parts, section.subarray(copied)]);
}

/**
 * The binary with other functions.
 *
 * @param binary a valid WebAssembly module
 */
export function withFunctionBodies(
  binary: Uint8Array,
  replacement: Replacement,
): Uint8Array<ArrayBuffer> {
  const reader = new Reader(binary, HEADER_BYTES);
  while (!reader.isAtEnd) {
    const start = reader.at;
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === CODE_SECTION) {
      const count = reader.number();
      const bodies = replacedBodies(binary.subarray(reader.at, end), count, replacement);
      const counted = unsigned(count);
      const head = [CODE_SECTION, ...unsigned(counted.length + bodies.length), ...counted];
      return joined([
        binary.subarray(0, start),
        Uint8Array.from(head),
        bodies,
        binary.subarray(end),
      ]);
    }
    reader.at = end;
  }
  return joined([binary]);
}
