/** Answers on a socket whose request never reached the application. */
import { ERRORS, type ErrorType } from "./errors.ts";

interface Fault {
  readonly type: ErrorType;
  readonly message: string;
  readonly constraint: string;
}

const NOT_HTTP: Fault = {
  type: "MalformedRequest",
  message: "The request is not HTTP/1.1 that can be read",
  constraint: "http",
};

/** What is wrong, by the code of the server's error. */
const FAULTS: Readonly<Record<string, Fault>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    type: "RequestTimeout",
    message: "The request did not arrive whole in time",
    constraint: "arrives_in_time",
  },
  HPE_HEADER_OVERFLOW: {
    type: "HeadTooLarge",
    message: "The head of the request is too large",
    constraint: "max_head_bytes",
  },
};

/** Reason phrases of the statuses above. */
const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** A request that never reached the application, and its answer. */
export interface BrokenRequest {
  /** What was wrong with it. */
  readonly type: ErrorType;
  /** Its status. */
  readonly status: number;
  /** Names it in the answer and in the log. */
  readonly requestId: string;
  /** A whole HTTP/1.1 answer with the one body of errors; it closes the connection. */
  readonly text: string;
}

/**
 * The answer to what never became a request.
 *
 * @param code of the server's error, e.g. `HPE_HEADER_OVERFLOW`; anything else counts as not HTTP
 */
export function brokenRequest(code: string | undefined): BrokenRequest {
  const { type, message, constraint } = FAULTS[code ?? ""] ?? NOT_HTTP;
  const { status } = ERRORS[type];
  const requestId = crypto.randomUUID();
  const body = JSON.stringify({
    error: {
      type,
      message,
      details: { constraint },
      request_id: requestId,
      timestamp: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    },
  });
  const text = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    "Content-Type: application/json",
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    `X-Request-ID: ${requestId}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
  return { type, status, requestId, text };
}
