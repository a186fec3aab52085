/** Reads a JSON body within its limit, and says what is wrong with one that is not. */
import { ApiError } from "./errors.ts";

const BYTES_PER_MB = 1_000_000;

/** Refuses bodies that are not plain JSON by their headers. */
function checkHeaders(headers: Headers): void {
  const type = headers.get("content-type");
  if (type !== null && !/^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
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
  // A body without a length is counted as it comes.
  for await (const chunk of request.body ?? []) {
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

function malformed(message: string, constraint: string, position?: number, cause?: unknown) {
  const details = position === undefined ? { constraint } : { constraint, position };
  return new ApiError("MalformedRequest", message, { details, cause });
}

/**
 * The body's JSON value.
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
    const found = error instanceof SyntaxError ? /position (\d+)/.exec(error.message) : null;
    if (found === null) throw malformed("The body is not valid JSON", "json", undefined, error);
    const position = Number(found[1]);
    const near = text.slice(position, position + 20);
    const message = `The body is not valid JSON at position ${position}: ${JSON.stringify(near)}`;
    throw malformed(message, "json", position, error);
  }
}
