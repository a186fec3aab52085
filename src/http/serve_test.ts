import assert from "node:assert/strict";
import type { Bindings } from "./app_env.ts";
import { listen } from "./serve.ts";

const HOUR_MS = 3_600_000;

/** No limit but that for reading an answer. */
const TIMEOUTS = { headMs: HOUR_MS, requestMs: HOUR_MS, idleMs: HOUR_MS, writeMs: 100 };

Deno.test("listen(): a stream that is not read is given up, not only cut", async () => {
  const cancelled = Promise.withResolvers<void>();
  const bindings = Promise.withResolvers<Bindings>();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => cancelled.resolve(),
  });
  const server = await listen((_request, bound) => {
    bindings.resolve(bound);
    return new Response(endless);
  }, { hostname: "127.0.0.1", port: 0, timeouts: TIMEOUTS });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: test\r\n\r\n"));
  assert.equal(await (await bindings.promise).delivered(), "unread");
  await cancelled.promise;
  await server.settled();
  await server.shutdown();
});
