/** Reads server-sent events from an answer. */
import { EventSourceParserStream } from "eventsource-parser/stream";

/** One event, its data parsed. */
export interface ServerEvent {
  /** `message` unless the service named it. */
  readonly type: string;
  /** Its JSON. */
  readonly data: unknown;
}

/** The events of an answer as they come; leaving the loop before the end cancels the rest. */
export async function* serverEvents(response: Response): AsyncGenerator<ServerEvent, void> {
  const reader = response.body
    ?.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array<ArrayBuffer>, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  if (reader === undefined) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield { type: next.value.event ?? "message", data: JSON.parse(next.value.data) };
    }
  } finally {
    await reader.cancel();
  }
}
