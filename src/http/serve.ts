/** The socket. */

/** A server that listens. */
export interface HttpServer {
  /** Its port, also where a free one was asked for. */
  readonly port: number;
  /** Takes no more connections, closes idle ones, and resolves when the others are done. */
  shutdown(): Promise<void>;
}

/** Listens. */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): HttpServer {
  const server = Deno.serve({ hostname, port, onListen: () => {} }, (request) => fetch(request));
  return { port: server.addr.port, shutdown: () => server.shutdown() };
}
