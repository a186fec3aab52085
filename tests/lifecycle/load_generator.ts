/** Constant load by a client that never retries and counts every request. */
import { RawConnection } from "./raw_connection.ts";

/** How to send. */
export interface LoadOptions {
  /** Where the next request goes: a port of loopback. */
  readonly port: () => number;
  /** Requests begun in a second, however long answers take. */
  readonly ratePerSecond: number;
  /** Whether connections are kept for the next request. */
  readonly keepAlive: boolean;
  /** The body of the next request. */
  readonly body: () => unknown;
}

/** What became of the requests. */
export interface LoadReport {
  /** All that were sent. */
  readonly sent: number;
  /** Answered 200. */
  readonly succeeded: number;
  /** What went wrong with each of the others. */
  readonly failures: readonly string[];
}

/** Sends forecasts until it is stopped. */
export class LoadGenerator {
  readonly #options: LoadOptions;
  readonly #idle = new Map<number, RawConnection[]>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #failures: string[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #sent = 0;
  #succeeded = 0;

  /** Begins to send. */
  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      const request = this.#send().finally(() => this.#underWay.delete(request));
      this.#underWay.add(request);
    }, 1000 / options.ratePerSecond);
  }

  /** Sends nothing more; resolves when every request has its answer. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    for (const connection of [...this.#idle.values()].flat()) connection[Symbol.dispose]();
    return { sent: this.#sent, succeeded: this.#succeeded, failures: this.#failures };
  }

  /** A connection that the other side has not closed meanwhile. */
  #kept(port: number): RawConnection | undefined {
    const idle = this.#idle.get(port) ?? [];
    for (const ended of idle.filter((connection) => connection.ended)) ended[Symbol.dispose]();
    const open = idle.filter((connection) => !connection.ended);
    this.#idle.set(port, open);
    return open.pop();
  }

  async #send(): Promise<void> {
    const port = this.#options.port();
    this.#sent++;
    try {
      const connection = this.#kept(port) ?? await RawConnection.to(port);
      const { status, body, headers } = await connection.ask(
        "POST",
        "/v1/predict/single",
        this.#options.body(),
      );
      if (status === 200) this.#succeeded++;
      else this.#failures.push(`${status} ${body.slice(0, 300)}`);
      if (!this.#options.keepAlive || headers.get("connection") === "close") {
        connection[Symbol.dispose]();
      } else {
        connection.watch();
        this.#idle.set(port, [...this.#idle.get(port) ?? [], connection]);
      }
    } catch (error) {
      this.#failures.push(`port ${port}: ${error}`);
    }
  }
}
