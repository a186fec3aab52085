/** A thread that keeps one request under way for as long as it lives. */

/** What is sent again and again. */
export interface Load {
  /** A prediction route. */
  readonly path: string;
  /** JSON. */
  readonly body: string;
}

/** The same, and whereto. */
export interface LoadTask extends Load {
  /** `http://host:port` */
  readonly origin: string;
}

/** Part of a worker's global scope; the program is checked with the window's. */
const scope = globalThis as unknown as { postMessage(message: "answered"): void };

async function load({ origin, path, body }: LoadTask): Promise<never> {
  const bytes = new TextEncoder().encode(body); // once: the client must not take the cores
  const headers = { "Content-Type": "application/json" };
  while (true) {
    const response = await fetch(origin + path, { method: "POST", headers, body: bytes });
    await response.arrayBuffer();
    if (![200, 422].includes(response.status)) {
      throw new Error(`Cannot load ${path}: ${response.status}`);
    }
    scope.postMessage("answered");
  }
}

globalThis.addEventListener("message", (event) => load((event as MessageEvent<LoadTask>).data));
