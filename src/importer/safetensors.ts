/** The safetensors format: 8 bytes of header length (little endian), a JSON header, the data. */
import { z } from "zod";
import { jsonObjectKeys } from "./json_object_keys.ts";

/** Number formats that are read. I64 occurs in tensors that nothing needs. */
export type Dtype = "F32" | "F16" | "BF16" | "I64";

/** Bytes of one value of each dtype that published checkpoints use. */
const DTYPE_BYTES: Readonly<Record<Dtype, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8 };

/** A tensor as it is stored. */
export interface StoredTensor {
  /** How its values are stored. */
  readonly dtype: Dtype;
  /** Sizes from the outermost dimension in; empty for a scalar. */
  readonly shape: readonly number[];
  /** Its values, row-major, little endian. */
  readonly bytes: Uint8Array;
}

/** A file that is not safetensors, or is damaged. */
export class SafetensorsError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "SafetensorsError";
}

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";

/** The most bytes a header may have, as in the reference reader: more is not a header. */
const MAX_HEADER_BYTES = 100_000_000;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/**
 * Reads a whole file; the tensors are views of it.
 *
 * @param origin names the file in errors
 * @throws SafetensorsError where the file is truncated or corrupt
 */
export function readSafetensors(file: Uint8Array, origin: string): Map<string, StoredTensor> {
  const refuse = (state: string) => new SafetensorsError(`Cannot read ${origin}: ${state}`);
  if (file.length < LENGTH_BYTES) throw refuse(`truncated, ${file.length} bytes in all`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) throw refuse("not safetensors, its header is too long");
  const dataStart = LENGTH_BYTES + headerBytes;
  if (dataStart > file.length) throw refuse("truncated in its header");
  const header = parseHeader(file.subarray(LENGTH_BYTES, dataStart), refuse);
  const tensors = new Map<string, StoredTensor>();
  const spans: { name: string; start: number; end: number }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw refuse(`corrupt header entry of tensor ${name}`);
    const { dtype, shape, data_offsets: [start, end] } = entry.data;
    if (!isDtype(dtype)) throw refuse(`tensor ${name} has unknown dtype ${dtype}`);
    if (start > end) throw refuse(`tensor ${name} ends before it starts`);
    if (dataStart + end > file.length) {
      throw refuse(`truncated or out of range, tensor ${name} ends after the file`);
    }
    const size = shape.reduce((product, n) => product * n, DTYPE_BYTES[dtype]);
    if (size !== end - start) {
      throw refuse(
        `tensor ${name} needs ${size} bytes for ${dtype} [${shape}], has ${end - start}`,
      );
    }
    tensors.set(name, { dtype, shape, bytes: file.subarray(dataStart + start, dataStart + end) });
    spans.push({ name, start, end });
  }
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = 0;
  for (const { name, start, end } of spans) {
    if (start < covered) throw refuse(`tensor ${name} overlaps another`);
    if (start > covered) throw refuse(`unused bytes before tensor ${name}`);
    covered = end;
  }
  if (dataStart + covered !== file.length) throw refuse("unused bytes after the last tensor");
  return tensors;
}

function parseHeader(
  bytes: Uint8Array,
  refuse: (state: string) => SafetensorsError,
): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    throw refuse("its header is not JSON");
  }
  if (!isObject(header)) throw refuse("its header is not a JSON object");
  // JSON.parse keeps the last of two equal names, so the names are read from the text.
  const seen = new Set<string>();
  for (const name of jsonObjectKeys(text)) {
    if (seen.has(name)) throw refuse(`two tensors are named ${name}`);
    seen.add(name);
  }
  return header;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPE_BYTES, name);
}

/**
 * The values of a tensor in float32; f16 and bf16 are widened without loss.
 *
 * @throws SafetensorsError where the tensor holds integers
 */
export function toFloat32({ dtype, bytes }: StoredTensor): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / DTYPE_BYTES[dtype]);
  switch (dtype) {
    case "F32":
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i * 4, true);
      return values;
    case "F16":
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat16(i * 2, true);
      return values;
    case "BF16": {
      const bits = new Uint32Array(values.buffer);
      for (let i = 0; i < values.length; i++) bits[i] = view.getUint16(i * 2, true) << 16;
      return values;
    }
    case "I64":
      throw new SafetensorsError("Cannot read I64 tensor: weights are floating-point");
  }
}

/** Stores float32 values as `dtype`, rounding to nearest, ties to even. */
export function fromFloat32(
  values: Float32Array,
  shape: readonly number[],
  dtype: Exclude<Dtype, "I64">,
): StoredTensor {
  const bytes = new Uint8Array(values.length * DTYPE_BYTES[dtype]);
  const view = new DataView(bytes.buffer);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    if (dtype === "F32") view.setFloat32(i * 4, values[i], true);
    else if (dtype === "F16") view.setFloat16(i * 2, values[i], true);
    else view.setUint16(i * 2, (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16, true);
  }
  return { dtype, shape, bytes };
}

/** A file of these tensors, in their order. */
export function writeSafetensors(tensors: ReadonlyMap<string, StoredTensor>): Uint8Array {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const file = new Uint8Array(LENGTH_BYTES + padded + end).fill(0x20, 0, LENGTH_BYTES + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + padded;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
