import type { Context } from "./app_env.ts";

/**
 * Bytes that the socket is given at a time. `node:http` in Deno (2.9.6) tells nothing of a write before
 * all of it is gone: only by small ones can be seen whether a client reads.
 */
const PIECE_BYTES = 65_536;

/** The bytes in pieces, each a view. */
export function* pieces(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<Uint8Array<ArrayBuffer>, void> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    yield bytes.subarray(from, from + PIECE_BYTES);
  }
}

/** Answers 200 with a body that may be large, written as fast as its client reads. */
export function answerInPieces(
  c: Context,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Response {
  if (bytes.length <= PIECE_BYTES) return c.body(bytes, 200, headers);
  const length = { "Content-Length": String(bytes.length) };
  return c.body(ReadableStream.from(pieces(bytes)), 200, { ...headers, ...length });
}
