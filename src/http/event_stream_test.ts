import assert from "node:assert/strict";
import { mock } from "node:test";
import fc from "fast-check";
import { EVENT_TYPES, EventStream } from "./event_stream.ts";

/** Longer than any test. */
const NEVER_MS = 1e9;

function textOf(stream: EventStream): Promise<string> {
  return new Response(stream.body).text();
}

/** Events as a client reads them. */
function parsed(type: (typeof EVENT_TYPES)[number], text: string): unknown[] {
  if (type === "application/x-ndjson") {
    return text.trimEnd().split("\n").map((line) => JSON.parse(line));
  }
  return text.split("\n\n").slice(0, -1).map((block) => {
    const fields = new Map(
      block.split("\n").map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    const id = fields.get("id");
    return {
      event: fields.get("event"),
      ...(id === undefined ? {} : { id: Number(id) }),
      data: JSON.parse(fields.get("data") ?? ""),
    };
  });
}

for (const type of EVENT_TYPES) {
  Deno.test(`EventStream of ${type} carries any JSON, as text or bytes, with and without id`, async () => {
    const event = fc.record(
      { event: fc.constantFrom("start", "candle"), id: fc.nat(), data: fc.jsonValue() },
      { requiredKeys: ["event", "data"] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (events, bytes) => {
          const stream = new EventStream(type, NEVER_MS);
          for (const { event, data, id } of events) {
            const text = JSON.stringify(data);
            stream.send(event, bytes ? new TextEncoder().encode(text) : text, id);
          }
          stream.end();
          assert.equal(
            JSON.stringify(parsed(type, await textOf(stream)).map(keysInOrder)),
            JSON.stringify(events.map(keysInOrder)),
          );
        },
      ),
    );
  });
}

/** Objects are compared as text, for the numbers' sake: -0 is 0 there. */
function keysInOrder(value: unknown): unknown {
  const { event, id, data } = value as Record<string, unknown>;
  return { event, id, data };
}

Deno.test("EventStream keeps one heartbeat at most for a client that does not read", async (t) => {
  await t.step("after an event none, until that is read", async () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const stream = new EventStream("application/x-ndjson", 1);
    stream.send("start", "1");
    mock.timers.tick(100);
    mock.timers.reset();
    stream.end();
    assert.equal(await textOf(stream), '{"event":"start","data":1}\n');
  });
  await t.step("before any event one", async () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const stream = new EventStream("application/x-ndjson", 1);
    mock.timers.tick(100);
    mock.timers.reset();
    stream.end();
    assert.equal(await textOf(stream), '{"event":"heartbeat"}\n');
  });
});

Deno.test("EventStream sends nothing where the client has gone, and ends all the same", async () => {
  const stream = new EventStream("text/event-stream", 1);
  await stream.body.cancel();
  stream.send("candle", "1", 1);
  stream.send("candle", new TextEncoder().encode("1"), 2);
  stream.end();
});
