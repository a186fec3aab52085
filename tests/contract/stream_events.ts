/** The events of an answer, in either form. */
import assert from "node:assert/strict";
import type { Candle, ErrorBody } from "./tested_app.ts";

/** What events say: the fields of every kind, of which each event has its own. */
export interface EventData {
  readonly step: number;
  readonly candle: Candle;
  readonly quantiles: Readonly<Record<string, Candle>>;
  readonly quantile_levels: readonly number[];
  readonly error: ErrorBody;
  readonly timings: object;
  readonly [field: string]: unknown;
}

/** One event. */
export interface StreamEvent {
  /** Its name; `heartbeat` for a comment that says so. */
  readonly event: string;
  /** Its number; absent where it has none. */
  readonly id?: string;
  /** What it says; nothing in a heartbeat. */
  readonly data: EventData;
}

/** A block of server-sent events, by the fields that the service writes. */
function fromServerSent(block: string): StreamEvent {
  if (block === ": heartbeat") return { event: "heartbeat", data: {} as EventData };
  const fields = Object.fromEntries(
    block.split("\n").map((line) => {
      const [, name, value] = /^(event|id|data): (.*)$/.exec(line) ?? assert.fail(line);
      return [name, value];
    }),
  );
  const { event, id, data } = fields;
  return { event, ...(id === undefined ? {} : { id }), data: JSON.parse(data) };
}

function fromLine(line: string): StreamEvent {
  const { event, id, data = {} } = JSON.parse(line);
  return { event, ...(id === undefined ? {} : { id: String(id) }), data };
}

/** Events as they come; the answer must end between two of them. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent> {
  const serverSent = response.headers.get("content-type") === "text/event-stream";
  const [separator, parse] = serverSent
    ? ["\n\n", fromServerSent] as const
    : ["\n", fromLine] as const;
  let rest = "";
  assert.ok(response.body);
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split(separator);
    rest = parts.pop() ?? "";
    for (const part of parts) yield parse(part);
  }
  assert.equal(rest, "", "the answer ends with an event");
}

/** All of them, heartbeats left out. */
export async function allEvents(response: Response): Promise<StreamEvent[]> {
  const events = await Array.fromAsync(eventsOf(response));
  return events.filter(({ event }) => event !== "heartbeat");
}
