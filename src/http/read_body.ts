/** Reads a body within its limit. */
import { ApiError, malformed } from "./errors.ts";

/** Megabytes are decimal in every setting. */
export const BYTES_PER_MB = 1_000_000;

/** Compressed bytes that are inflated at a time: deflate yields at most 1032 times as much. */
const INFLATE_BYTES = 512;

/** How a body may be encoded. */
type Encoding = "identity" | "gzip";

/** Refuses bodies that are not JSON by their headers; how else they are encoded. */
function checkHeaders(headers: Headers): Encoding {
  const type = headers.get("content-type")?.trim() ?? "";
  if (type !== "" && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new ApiError("UnsupportedMediaType", "The body must be application/json", {
      details: { field: "Content-Type", value: type.slice(0, 100), constraint: "json" },
    });
  }
  return encodingOf(headers);
}

/** @throws ApiError UnsupportedMediaType for encodings other than gzip, once */
function encodingOf(headers: Headers): Encoding {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return "identity";
  if (encoding === "gzip" || encoding === "x-gzip") return "gzip";
  throw new ApiError("UnsupportedMediaType", "The body may be encoded as gzip, or not at all", {
    details: {
      field: "Content-Encoding",
      value: encoding.slice(0, 100),
      constraint: "gzip_or_identity",
    },
    headers: { "Accept-Encoding": "gzip" },
  });
}

/**
 * Bytes that a body will have: what is announced, and the most that it may have where nothing is, or
 * what is announced is compressed.
 */
export function announcedBytes(headers: Headers, limit: number): number {
  const announced = Number(headers.get("content-length") ?? NaN);
  const counts = announced >= 0 && encodingOf(headers) === "identity";
  return counts ? Math.min(announced, limit) : limit;
}

function tooLarge(limit: number): ApiError {
  return new ApiError(
    "PayloadTooLarge",
    `The body is larger than ${limit / BYTES_PER_MB} MB (KRONOS_MAX_REQUEST_SIZE_MB)`,
    { details: { constraint: "max_bytes", limit_bytes: limit }, headers: { Connection: "close" } },
  );
}

/** The chunks of a body as they come; what breaks off is the client's fault. */
async function* received(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) yield chunk;
  } catch (error) {
    throw malformed("The body ended before it was whole", "whole_body", undefined, error);
  }
}

/** The same inflated, a little at a time, so that no bomb takes more than a piece beyond the limit. */
async function* inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let failure: unknown;
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += INFLATE_BYTES) {
          yield chunk.slice(at, at + INFLATE_BYTES);
        }
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  try {
    yield* ReadableStream.from(pieces()).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    throw failure ?? malformed("The body is not valid gzip", "gzip", undefined, error);
  }
}

async function readBytes(
  request: Request,
  encoding: Encoding,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // What is compressed grows: over the limit already, it is over it at any rate.
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const sent = received(request.body);
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A body is counted as it comes: it may have no length, or the length of what is compressed.
  for await (const chunk of encoding === "gzip" ? inflated(sent) : sent) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/**
 * The bytes of a body, inflated where they are compressed; not one of them is judged yet.
 *
 * @param limitMb the largest body, in megabytes of 10^6 bytes, after decompression
 *
 * @throws ApiError MalformedRequest, PayloadTooLarge or UnsupportedMediaType
 */
export async function readBody(
  request: Request,
  limitMb: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = checkHeaders(request.headers);
  const bytes = await readBytes(request, encoding, limitMb * BYTES_PER_MB);
  if (bytes.length === 0) throw malformed("The body is empty", "not_empty");
  return bytes;
}
