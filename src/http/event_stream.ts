/**
 * The body of an answer that comes event by event, as server-sent events or as lines of JSON. Hono's
 * `streamSSE` knows only the first, cannot write a comment, and sets `Connection: keep-alive`, which a
 * drain must not say.
 */
import { accepts } from "hono/accepts";
import type { Context } from "./app_env.ts";
import { pieces } from "./body_in_pieces.ts";

/** Media types that events are written as. */
export const EVENT_TYPES = ["text/event-stream", "application/x-ndjson"] as const;

/** How events are written. */
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * How a client wants its answer, by its `Accept`.
 *
 * @param fallback what it gets that does not say, or wants nothing that there is
 */
export function eventTypeOf<Other extends string = never>(
  c: Context,
  fallback: EventType | Other,
): EventType | Other {
  const supports = [...new Set([fallback, ...EVENT_TYPES])];
  return accepts(c, { header: "Accept", supports, default: fallback }) as EventType | Other;
}

/** Headers of such an answer: no proxy may keep it, or gather it before it passes it on. */
export function eventHeaders(type: EventType): Readonly<Record<string, string>> {
  return { "Content-Type": type, "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
}

/** What stands around the data of an event. */
function frame(type: EventType, event: string, id: number | undefined): [string, string] {
  if (type === "text/event-stream") {
    return [`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: `, "\n\n"];
  }
  return [`{"event":"${event}",${id === undefined ? "" : `"id":${id},`}"data":`, "}\n"];
}

const HEARTBEATS: Readonly<Record<EventType, string>> = {
  "text/event-stream": ": heartbeat\n\n",
  "application/x-ndjson": '{"event":"heartbeat"}\n',
};

/**
 * Events on their way to a client. What it has not read yet is kept: a whole answer at most, since
 * heartbeats wait for a reader.
 */
export class EventStream {
  /** The body. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #type: EventType;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  readonly #encoder = new TextEncoder();
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #open = true;

  /** Nothing is sent yet; a heartbeat is, each so many milliseconds. */
  constructor(type: EventType, heartbeatMs: number) {
    this.#type = type;
    this.body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => this.#close(),
    });
    this.#heartbeat = setInterval(() => {
      if ((this.#controller.desiredSize ?? 0) > 0) this.#write(HEARTBEATS[this.#type]);
    }, heartbeatMs);
  }

  /**
   * Sends an event; nothing where the client has gone.
   *
   * @param data JSON without line breaks
   */
  send(event: string, data: string | Uint8Array<ArrayBuffer>, id?: number): void {
    const [before, after] = frame(this.#type, event, id);
    if (typeof data === "string") return this.#write(before + data + after);
    this.#write(before);
    if (this.#open) {
      for (const piece of pieces(data)) this.#controller.enqueue(piece);
    }
    this.#write(after);
  }

  /** The last event is sent. */
  end(): void {
    if (this.#open) this.#controller.close();
    this.#close();
  }

  #write(text: string): void {
    if (this.#open) this.#controller.enqueue(this.#encoder.encode(text));
  }

  #close(): void {
    this.#open = false;
    clearInterval(this.#heartbeat);
  }
}
