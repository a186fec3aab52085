/// <reference lib="dom" />
/** Says in the head of the page how the service is: readiness, model, device, queue. */
import type { KronosClient } from "../clients/typescript/src/kronos_client.ts";
import { element } from "./element.ts";

/** How often it asks, in milliseconds: at rest, and while the service is not ready. */
const REST_MS = 5000;
const WAITING_MS = 1500;

/** What each state of `/v1/readyz` means to somebody who looks at the page. */
const STATES: Readonly<Record<string, { readonly text: string; readonly state: string }>> = {
  ok: { text: "ready", state: "ok" },
  loading: { text: "loading the model", state: "wait" },
  draining: { text: "stopping; running forecasts are finished", state: "wait" },
  circuit_open: { text: "resting after failures", state: "down" },
  unhealthy: { text: "not healthy", state: "down" },
};

const UNREACHABLE = { text: "cannot be reached", state: "down" };

/** What it found. */
interface Facts {
  readonly text: string;
  readonly state: string;
  readonly model?: string;
  readonly device?: string;
  readonly queue?: string;
}

async function ask(client: KronosClient): Promise<Facts> {
  try {
    const [readiness, { checks: { model, queue } }] = await Promise.all([
      client.readiness(),
      client.health(),
    ]);
    return {
      ...STATES[readiness.status],
      model: model.version ?? "none yet",
      device: readiness.device_warning ?? readiness.device,
      queue: `${queue.running} running, ${queue.waiting} of ${queue.limit} waiting`,
    };
  } catch {
    // Whatever the reason, a person can do one thing: wait, or start it.
    return UNREACHABLE;
  }
}

/** Asks again and again while the page is in view. */
export class StatusStrip {
  readonly #client: () => KronosClient;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows the state in the page's head. */
  constructor(client: () => KronosClient) {
    this.#client = client;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.refresh();
    });
  }

  /** Asks now, and goes on. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const facts = await ask(this.#client());
    this.#show(facts);
    clearTimeout(this.#timer);
    if (document.hidden) return;
    this.#timer = setTimeout(() => this.refresh(), facts.state === "ok" ? REST_MS : WAITING_MS);
  }

  #show({ text, state, model, device, queue }: Facts): void {
    const ready = element(document, "#status-ready", HTMLElement);
    // A live region speaks whenever it is written to.
    if (ready.textContent !== text) ready.textContent = text;
    ready.dataset.state = state;
    const others = { model, device, queue };
    for (const [name, value] of Object.entries(others)) {
      element(document, `#status-${name}`, HTMLElement).textContent = value ?? "–";
    }
  }
}
