/** HTTP/1.1 by hand over one TCP connection: what a test sends and when, byte by byte. */

/** An answer as it came. */
export interface RawResponse {
  /** Its status code. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Its body, as text. */
  readonly body: string;
}

/** The bytes of a request with a JSON body, or none. */
export function rawRequest(method: string, path: string, body?: unknown): string {
  const text = body === undefined ? "" : JSON.stringify(body);
  const entity = body === undefined
    ? ""
    : `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: test\r\n${entity}\r\n${text}`;
}

const decoder = new TextDecoder("latin1");

/** A connection of a client. */
export class RawConnection implements Disposable {
  readonly #socket: Deno.TcpConn;
  #unread = "";
  #reading: Promise<void> | null = null;
  #ended = false;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Connects to a port of loopback. */
  static async to(port: number): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends text of single-byte characters, all of it. */
  async send(text: string): Promise<void> {
    const writer = this.#socket.writable.getWriter();
    try {
      await writer.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    } finally {
      writer.releaseLock();
    }
  }

  /** The next answer; null where the connection ended before its first byte. */
  async response(): Promise<RawResponse | null> {
    while (!this.#unread.includes("\r\n\r\n")) {
      if (await this.#more()) continue;
      if (this.#unread === "") return null;
      throw new Error(`The connection ended within a head: ${this.#unread}`);
    }
    const [statusLine, ...lines] = this.#take(this.#unread.indexOf("\r\n\r\n") + 4)
      .trimEnd().split("\r\n");
    const headers = new Map(lines.map((line) => {
      const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      return [name.toLowerCase(), value];
    }));
    const body = headers.get("transfer-encoding") === "chunked"
      ? await this.#chunks()
      : await this.#exactly(Number(headers.get("content-length") ?? 0));
    return { status: Number(statusLine.split(" ")[1]), headers, body };
  }

  /** Sends a request and takes its answer. */
  async ask(method: string, path: string, body?: unknown): Promise<RawResponse> {
    await this.send(rawRequest(method, path, body));
    const response = await this.response();
    if (response === null) throw new Error(`${method} ${path} got no answer`);
    return response;
  }

  /** Reads until the other side has closed; what came meanwhile. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#take(this.#unread.length);
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#socket.close();
  }

  /** Reads ahead of the next answer, so that `ended` tells when the other side closes meanwhile. */
  watch(): void {
    this.#reading ??= this.#read();
  }

  /** Whether reading has come to the end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads once; false at the end, orderly or not. */
  async #more(): Promise<boolean> {
    this.#reading ??= this.#read();
    await this.#reading;
    this.#reading = null;
    return !this.#ended;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      const count = await this.#socket.read(buffer);
      if (count === null) this.#ended = true;
      else this.#unread += decoder.decode(buffer.subarray(0, count));
    } catch (error) {
      const closed = error instanceof Deno.errors.ConnectionReset ||
        error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
      if (!closed) throw error;
      this.#ended = true;
    }
  }

  #take(count: number): string {
    const text = this.#unread.slice(0, count);
    this.#unread = this.#unread.slice(count);
    return text;
  }

  async #exactly(count: number): Promise<string> {
    while (this.#unread.length < count) {
      if (!await this.#more()) {
        throw new Error(`The connection ended after ${this.#unread.length} of ${count} bytes`);
      }
    }
    return this.#take(count);
  }

  async #chunks(): Promise<string> {
    const chunks: string[] = [];
    while (true) {
      while (!this.#unread.includes("\r\n")) {
        if (!await this.#more()) throw new Error("The connection ended between chunks");
      }
      const size = parseInt(this.#take(this.#unread.indexOf("\r\n") + 2), 16);
      chunks.push((await this.#exactly(size + 2)).slice(0, size));
      if (size === 0) return chunks.join("");
    }
  }
}
