/** Finds connections whose clients do not read what waits for them. */

/** A connection, as `node:net` tells of it. */
export interface WrittenConnection {
  /** Bytes that were given to it so far, those that wait included. */
  readonly bytesWritten: number;
  /** Bytes of those that wait. */
  readonly writableLength: number;
}

/** How far the writing of a connection had come when it was last seen to move. */
interface Progress {
  /** Bytes that wait no longer: the kernel has them, or the client. */
  readonly gone: number;
  /** When that was seen, in milliseconds. */
  readonly since: number;
}

/** What was seen of connections, each time that somebody looked. */
export class UnreadAnswers {
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #seen = new WeakMap<WrittenConnection, Progress>();

  /** Nothing is seen yet; `now` is a clock in milliseconds. */
  constructor(timeoutMs: number, now: () => number = () => performance.now()) {
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  /**
   * Whether, for the whole timeout, bytes have waited and none could be written; to be asked again and
   * again. Where nothing waits no time counts: it is the model that is slow, not the client.
   */
  stalled(connection: WrittenConnection): boolean {
    const { bytesWritten, writableLength } = connection;
    if (writableLength === 0) {
      this.#seen.delete(connection);
      return false;
    }
    const gone = bytesWritten - writableLength;
    const seen = this.#seen.get(connection);
    if (seen?.gone === gone) return this.#now() - seen.since >= this.#timeoutMs;
    this.#seen.set(connection, { gone, since: this.#now() });
    return false;
  }
}
