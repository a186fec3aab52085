/** HTTP over bare sockets, for what a server must not do: end, stall or reset within a body. */

/** A request without a body. */
export interface SocketRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
}

/** An answer, and where it goes wrong. */
export interface SocketAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Closes the connection after so many bytes of the body. */
  readonly cutAfter?: number | undefined;
  /** Sends nothing after so many bytes of the body, until the client goes. */
  readonly stallAfter?: number | undefined;
}

/** A server on a free port of loopback; one request a connection. */
export class SocketServer {
  readonly origin: string;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;
  #closed = false;

  /** Listens at once. */
  constructor(answer: (request: SocketRequest) => SocketAnswer) {
    this.origin = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#serve(answer);
  }

  async #serve(answer: (request: SocketRequest) => SocketAnswer): Promise<void> {
    const open: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      open.push(this.#respond(connection, answer));
    }
    await Promise.all(open);
  }

  async #respond(
    connection: Deno.TcpConn,
    answer: (request: SocketRequest) => SocketAnswer,
  ): Promise<void> {
    try {
      const head = await readHead(connection);
      if (head !== null) await send(connection, answer(parseHead(head, this.origin)));
    } catch (error) {
      // The client went, or the test closed the server.
      if (!isGone(error)) throw error;
    } finally {
      if (this.#connections.delete(connection)) connection.close();
    }
  }

  /** Ends every connection, the stalled ones included; twice is once. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) this.#listener.close();
    this.#closed = true;
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    await this.#serving;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.Interrupted;
}

async function readHead(connection: Deno.TcpConn): Promise<string | null> {
  let head = "";
  const buffer = new Uint8Array(16_384);
  while (!head.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) return null;
    head += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return head;
}

function parseHead(head: string, origin: string): SocketRequest {
  const [first, ...lines] = head.split("\r\n\r\n")[0].split("\r\n");
  const [method, target] = first.split(" ");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  return { method, url: new URL(target, origin), headers };
}

async function send(connection: Deno.TcpConn, answer: SocketAnswer): Promise<void> {
  const { status, headers = {}, body = new Uint8Array(), cutAfter, stallAfter } = answer;
  const lines = Object.entries({
    "content-length": String(body.length),
    connection: "close",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`;
  await write(connection, new TextEncoder().encode(head));
  await write(connection, body.subarray(0, cutAfter ?? stallAfter));
  if (stallAfter !== undefined) await connection.read(new Uint8Array(1));
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}
