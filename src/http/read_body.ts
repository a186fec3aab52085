/** Reads a JSON body within its limit, and says what is wrong with one that is not. */
import { visit } from "jsonc-parser";
import { ApiError } from "./errors.ts";

const BYTES_PER_MB = 1_000_000;

/** Refuses bodies that are not plain JSON by their headers. */
function checkHeaders(headers: Headers): void {
  const type = headers.get("content-type")?.trim() ?? "";
  if (type !== "" && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new ApiError("UnsupportedMediaType", "The body must be application/json", {
      details: { field: "Content-Type", value: type.slice(0, 100), constraint: "json" },
    });
  }
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "") {
    throw new ApiError("UnsupportedMediaType", "The body must not be encoded", {
      details: { field: "Content-Encoding", value: encoding.slice(0, 100), constraint: "identity" },
    });
  }
}

function tooLarge(limit: number): ApiError {
  return new ApiError(
    "PayloadTooLarge",
    `The body is larger than ${limit / BYTES_PER_MB} MB (KRONOS_MAX_REQUEST_SIZE_MB)`,
    { details: { constraint: "max_bytes", limit_bytes: limit }, headers: { Connection: "close" } },
  );
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // A body without a length is counted as it comes.
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw malformed("The body ended before it was whole", "whole_body", undefined, error);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function malformed(message: string, constraint: string, position?: number, cause?: unknown) {
  const details = position === undefined ? { constraint } : { constraint, position };
  return new ApiError("MalformedRequest", message, { details, cause });
}

/**
 * Where the text stops being JSON, in characters from 0; undefined where nobody knows. V8 does not say
 * it of the commonest mistake, a token that does not belong there, such as NaN.
 */
function errorPosition(text: string, error: SyntaxError): number | undefined {
  const stated = /position (\d+)/.exec(error.message);
  if (stated !== null) return Number(stated[1]);
  let position: number | undefined;
  try {
    visit(text, { onError: (_code, offset) => position ??= offset }, { disallowComments: true });
  } catch (thrown) {
    // It recurses, which V8's parser does not: the position of an error that deep stays unknown.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return position;
}

/**
 * The body's JSON value. Of a key that comes twice the last counts; a byte order mark is skipped.
 *
 * @param limitMb the largest body, in megabytes of 10^6 bytes
 *
 * @throws ApiError MalformedRequest, PayloadTooLarge or UnsupportedMediaType
 */
export async function readJsonBody(request: Request, limitMb: number): Promise<unknown> {
  checkHeaders(request.headers);
  const bytes = await readBytes(request, limitMb * BYTES_PER_MB);
  if (bytes.length === 0) throw malformed("The body is empty", "not_empty");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed("The body is not valid UTF-8", "utf8", undefined, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = errorPosition(text, error);
    if (position === undefined) {
      throw malformed("The body is not valid JSON", "json", undefined, error);
    }
    const near = text.slice(position, position + 20);
    const message = `The body is not valid JSON at position ${position}: ${JSON.stringify(near)}`;
    throw malformed(message, "json", position, error);
  }
}
