/** What every request carries in its context. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type * as hono from "hono";

declare module "hono" {
  /** Values that the middleware sets and handlers read. */
  interface ContextVariableMap {
    /** Names the request in its answer and in the log. */
    requestId: string;
  }
}

/** What the socket tells of one request. */
export interface Bindings {
  /** Resolves when its answer is written whole (true), or the client has gone before that (false). */
  readonly delivered: () => Promise<boolean>;
}

/** What Hono knows of a request; its variables are those of `ContextVariableMap`. */
export type Env = hono.Env;

/** What became of a request's answer; without a socket, as in tests of the application alone, never known. */
export function deliveryOf(c: Context): Promise<boolean> {
  const { delivered } = (c.env ?? {}) as Partial<Bindings>;
  return delivered?.() ?? new Promise(() => {});
}

/** One request and the means to answer it. */
export type Context = hono.Context;

/** The application: routes that answer, and the registry of those that the OpenAPI document names. */
export type App = OpenAPIHono;
