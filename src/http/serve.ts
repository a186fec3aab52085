/**
 * The socket. `node:http` as Deno implements it, not `Deno.serve`: that one (2.9.6) does not notice a
 * client that leaves after sending a body of some kilobytes, so its forecast would be computed for
 * nobody.
 */
import { serve } from "@hono/node-server";
import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that listens. */
export interface HttpServer {
  /** Its port, also where a free one was asked for. */
  readonly port: number;
  /** Takes no more connections, closes idle ones, and resolves when the others are done. */
  shutdown(): Promise<void>;
}

/** Listens; resolves when it does, rejects where it cannot. */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): Promise<HttpServer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpServer>();
  const server = serve({ fetch, hostname, port }, ({ port }: AddressInfo) => {
    server.off("error", reject);
    resolve({ port, shutdown: () => shutdown(server as Server, answering) });
  });
  server.once("error", reject);
  const answering = new Set<ServerResponse>();
  server.on("request", (_request: unknown, response: ServerResponse) => {
    answering.add(response);
    // Also where the client has gone.
    response.once("close", () => answering.delete(response));
  });
  return promise;
}

async function shutdown(server: Server, answering: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.all([...answering].map((response) => once(response, "close")));
  // Idle keep-alive connections would hold `close()` for as long as their clients like.
  server.closeAllConnections();
  await closed;
}
