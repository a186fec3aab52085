/** What every request carries in its context. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type * as hono from "hono";
import type { RequestSpan, RequestTrace } from "../telemetry/request_trace.ts";

declare module "hono" {
  /** Values that the middleware sets and handlers read. */
  interface ContextVariableMap {
    /** Names the request in its answer and in the log. */
    requestId: string;
    /** Its trace, where somebody traces. */
    trace: RequestTrace;
    /** What its line of the log says beside the usual; handlers add to it. */
    logged: Record<string, unknown>;
    /** Resolves when an answer that goes on after its head is over; absent where none does. */
    ended?: Promise<void>;
    /** The status of what failed after such a head: what it would have been answered with. */
    lateStatus?: number;
    /** Names the key that let the request in; absent where none did. */
    keyName?: string;
    /** Names the client of a prediction request, see `nameClient()`. */
    client: string;
  }
}

/**
 * What became of an answer: it was written whole, or its client had gone before that, or did not read
 * it and was cut off.
 */
export type Delivery = "whole" | "gone" | "unread";

/** What the socket tells of one request. */
export interface Bindings {
  /** Resolves when its answer is written whole, or will never be. */
  readonly delivered: () => Promise<Delivery>;
  /** The other end's address; undefined where the socket has none any more. */
  readonly remoteAddress: string | undefined;
  /** Its span; undefined where nobody traces. */
  readonly span: RequestSpan | undefined;
}

/** What Hono knows of a request; its variables are those of `ContextVariableMap`. */
export type Env = hono.Env;

/** What requests pass through before their handler. */
export type Middleware = hono.MiddlewareHandler;

/** One request and the means to answer it. */
export type Context = hono.Context;

/** What becomes of the answer to a request. */
export function deliveryOf(c: Context): Promise<Delivery> {
  const { delivered } = (c.env ?? {}) as Partial<Bindings>;
  return delivered?.() ?? abandoned(c.req.raw.signal);
}

/** Without our socket only the request's signal tells, and only that a client has gone. */
function abandoned(signal: AbortSignal): Promise<Delivery> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("gone");
    else signal.addEventListener("abort", () => resolve("gone"), { once: true });
  });
}

/** The application: routes that answer, and the registry of those that the OpenAPI document names. */
export type App = OpenAPIHono;
