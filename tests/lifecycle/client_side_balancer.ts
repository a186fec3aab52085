import type { Balancer } from "./balancer.ts";

/** No balancer at all: the client itself asks both instances whether they are ready, and keeps connections. */
export class ClientSideBalancer implements Balancer {
  readonly name = "no proxy, keep-alive";
  readonly keepAlive = true;
  readonly #ports: readonly number[];
  readonly #ready: boolean[];
  readonly #polling: Promise<void>;
  #next = 0;
  #stopped = false;

  /** Asks from now on. */
  constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#ready = ports.map(() => true);
    this.#polling = this.#poll();
  }

  /** See `Balancer`: those that were ready when last asked, in turn. */
  port(): number {
    do this.#next = (this.#next + 1) % this.#ports.length; while (!this.#ready[this.#next]);
    return this.#ports[this.#next];
  }

  /** See `Balancer`: resolves when the probe has told it. */
  takeOut(port: number): Promise<void> {
    return this.#until(port, false);
  }

  /** See `Balancer`: resolves when the probe has told it. */
  putIn(port: number): Promise<void> {
    return this.#until(port, true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#polling;
  }

  async #until(port: number, ready: boolean): Promise<void> {
    while (this.#ready[this.#ports.indexOf(port)] !== ready) await turn();
  }

  async #poll(): Promise<void> {
    while (!this.#stopped) {
      for (const [index, port] of this.#ports.entries()) {
        const ready = await isReady(port);
        // With both away requests would have nowhere to go: the last one stays.
        if (ready || this.#ready.some((other, i) => other && i !== index)) {
          this.#ready[index] = ready;
        }
      }
      await turn();
    }
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/readyz`);
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Lets others run, so that asking does not take a core. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
