/** Requests at a steady pace, each the next one's stranger: none waits for another. */

/** A load that goes on until it is disposed of. */
export class SteadyRequests {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #under = new Set<Promise<void>>();

  /**
   * Sends from now on.
   *
   * @param send sends one request and reads its answer; it must not reject
   */
  constructor(everyMs: number, send: () => Promise<void>) {
    this.#timer = setInterval(() => {
      const sent = send().finally(() => this.#under.delete(sent));
      this.#under.add(sent);
    }, everyMs);
  }

  /** Sends no more, and waits for the answers. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#under);
  }
}
