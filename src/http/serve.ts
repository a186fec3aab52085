/**
 * The socket: `node:http` as Deno implements it. `Deno.serve` (2.9.6) does not notice a client that
 * leaves once its body exceeded the first read, honours no `Connection: close` of ours, and has no
 * time limits for heads and bodies.
 */
import { getRequestListener } from "@hono/node-server";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { spanOf } from "../telemetry/request_trace.ts";
import type { Bindings, Delivery } from "./app_env.ts";
import { type BrokenRequest, brokenRequest } from "./socket_answer.ts";
import { UnreadAnswers } from "./unread_answers.ts";

/** How long a client may take, in milliseconds. */
export interface SocketTimeouts {
  /** For the head of a request, from its connection or the answer before. */
  readonly headMs: number;
  /** For a whole request, head and body. */
  readonly requestMs: number;
  /** Between an answer and the next request of its connection. */
  readonly idleMs: number;
  /** To read any of what waits for it. */
  readonly writeMs: number;
}

/** Where and how to listen. */
export interface ListenOptions {
  /** The address. */
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** For clients that are slow or silent. */
  readonly timeouts: SocketTimeouts;
  /** Told of each connection that opens (1) or closes (-1). */
  readonly onConnection?: (change: 1 | -1) => void;
  /** Told of each that was answered without ever becoming a request. */
  readonly onBrokenRequest?: (broken: BrokenRequest) => void;
}

/** A server that listens. */
export interface HttpServer {
  /** Its port, also where a free one was asked for. */
  readonly port: number;
  /** From now on every answer closes its connection; everything is still answered. */
  closeConnectionsAfterAnswers(): void;
  /** Resolves when no request is being answered. */
  settled(): Promise<void>;
  /** Takes no more connections, and cuts those that there are. */
  shutdown(): Promise<void>;
}

/** How often connections are checked for time limits, in milliseconds: how much later than it one may end. */
const CHECK_INTERVAL_MS = 1000;

/** Answers what never became a request: a head or a body that is late, too large or not HTTP. */
function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  onBrokenRequest: (broken: BrokenRequest) => void,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const broken = brokenRequest(error.code);
  onBrokenRequest(broken);
  socket.end(broken.text);
}

/**
 * Listens; resolves when it does, rejects where it cannot.
 *
 * @param fetch answers a request; its second argument tells what became of the answer
 */
export function listen(
  fetch: (request: Request, bindings: Bindings) => Response | Promise<Response>,
  { hostname, port, timeouts, onConnection = () => {}, onBrokenRequest = () => {} }: ListenOptions,
): Promise<HttpServer> {
  let closing = false;
  const answering = new Map<ServerResponse, Answering>();
  const closesConnection = new WeakSet<Socket>();
  /** Pipelined requests share a connection: only the last answer may close it. */
  const closeAfterLastAnswers = (): void => {
    const last = new Map([...answering.keys()].map((each) => [each.req.socket, each]));
    for (const [socket, outgoing] of last) {
      // A stream has said already that its connection stays; what comes after it will close it.
      if (outgoing.headersSent) continue;
      outgoing.shouldKeepAlive = false;
      closesConnection.add(socket);
    }
  };
  const deliveryOf = (outgoing: ServerResponse): () => Promise<Delivery> => {
    const delivery = answering.get(outgoing)?.delivered.promise;
    return () => delivery ?? Promise.resolve("gone");
  };
  const listener = getRequestListener(
    (request, { incoming, outgoing }) =>
      fetch(request, {
        delivered: deliveryOf(outgoing as ServerResponse),
        remoteAddress: incoming.socket.remoteAddress,
        span: spanOf(outgoing),
      }),
    { hostname, overrideGlobalObjects: false },
  );
  const server = createServer({
    headersTimeout: timeouts.headMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  }, (incoming, outgoing) => {
    // Pipelined behind an answer that closes: there is no way to answer it, so it is not begun.
    if (closesConnection.has(incoming.socket)) return;
    answering.set(outgoing, beginAnswer(outgoing, () => answering.delete(outgoing)));
    if (closing) closeAfterLastAnswers();
    return listener(incoming, outgoing);
  });
  server.on(
    "clientError",
    (error, socket: Socket) => answerBrokenRequest(error, socket, onBrokenRequest),
  );
  watchConnections(server, answering, onConnection);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      cutUnreadAnswers(server, answering, timeouts.writeMs);
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : port,
        closeConnectionsAfterAnswers: () => {
          closing = true;
          closeAfterLastAnswers();
        },
        settled: () => settled(answering),
        shutdown: () => shutdown(server),
      });
    });
  });
}

/** A pipelined answer whose turn never comes hears nothing of its connection's end. */
function watchConnections(
  server: Server,
  answering: ReadonlyMap<ServerResponse, Answering>,
  onConnection: (change: 1 | -1) => void,
): void {
  server.on("connection", (socket) => {
    onConnection(1);
    socket.once("close", () => {
      onConnection(-1);
      for (const [outgoing, answer] of answering) {
        if (outgoing.req.socket === socket) answer.end();
      }
    });
  });
}

/** Ends connections that are not read from; of pipelined answers the first is the one that waits. */
function cutUnreadAnswers(
  server: Server,
  answering: ReadonlyMap<ServerResponse, Answering>,
  timeoutMs: number,
): void {
  const unread = new UnreadAnswers(timeoutMs);
  const timer = setInterval(() => {
    const looked = new Set<Socket>();
    for (const [{ req: { socket } }, { delivered }] of answering) {
      if (looked.has(socket)) continue;
      looked.add(socket);
      if (!unread.stalled(socket)) continue;
      delivered.resolve("unread");
      socket.destroy();
    }
  }, CHECK_INTERVAL_MS);
  server.on("close", () => clearInterval(timer));
}

/** A request that is being answered. */
interface Answering {
  /** What became of its answer. */
  readonly delivered: PromiseWithResolvers<Delivery>;
  /** Resolves when nothing more will come of it. */
  readonly ended: PromiseWithResolvers<void>;
  /** Its connection is gone. */
  end(): void;
}

/** Listens from the first moment: a client may leave before anybody asks whether it has. */
function beginAnswer(outgoing: ServerResponse, onEnd: () => void): Answering {
  const delivered = Promise.withResolvers<Delivery>();
  const ended = Promise.withResolvers<void>();
  const end = (): void => {
    // A cut answer closes without finishing, though `writableFinished` is true even then.
    delivered.resolve("gone");
    ended.resolve();
    onEnd();
  };
  outgoing.once("finish", () => delivered.resolve("whole"));
  outgoing.once("close", end);
  return { delivered, ended, end };
}

/** A request that was sent already, but not yet read, becomes one that is answered within a turn. */
function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

async function settled(answering: ReadonlyMap<ServerResponse, Answering>): Promise<void> {
  await turnOfTheLoop();
  while (answering.size > 0) {
    await Promise.all([...answering.values()].map(({ ended }) => ended.promise));
    await turnOfTheLoop();
  }
}

function shutdown(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Half a head, or an idle connection that its client keeps, would hold `close()`.
  server.closeAllConnections();
  return closed;
}
