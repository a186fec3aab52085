/** The two gates and the drain, as a client meets them. */
import assert from "node:assert/strict";
import { DrainingError } from "../../src/forecast/errors.ts";
import type { ScheduledForecaster } from "../../src/forecast/forecaster.ts";
import { batchBody, seriesBody } from "./series_body.ts";
import { BATCH, errorOf, SINGLE, TestedApp } from "./tested_app.ts";

/** A forecaster that never answers; it rejects when it is told to stop. */
const stuck = (onForecast: () => void): ScheduledForecaster => ({
  forecast: (_requests, signal, progress) => {
    progress?.onStart?.();
    onForecast();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  },
  queue: () => ({ waiting: 0, running: 0 }),
  close: () => Promise.resolve(),
});

/** An app whose first request is on the replica and stays there until `stop` aborts. */
async function occupied(environment: Readonly<Record<string, string>>): Promise<{
  readonly under: TestedApp;
  readonly first: Promise<Response>;
}> {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const under = new TestedApp({ environment, forecaster: stuck(resolve) });
  const first = under.post(SINGLE, seriesBody());
  await begun;
  return { under, first };
}

/** A request whose body comes when `send` is called. */
function slowBody(under: TestedApp): { readonly reading: Promise<Response>; send(): void } {
  const { promise: sent, resolve: send } = Promise.withResolvers<void>();
  const reading = under.request(SINGLE, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: new ReadableStream({
      async pull(controller) {
        await sent;
        controller.enqueue(new TextEncoder().encode(JSON.stringify(seriesBody())));
        controller.close();
      },
    }, { highWaterMark: 0 }),
  });
  return { reading, send };
}

async function assertOverloaded(response: Response, under: TestedApp, reason: string) {
  assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  await errorOf(response, 503, "Overloaded");
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, new RegExp(`kronos_rejections_total\\{reason="${reason}"\\} 1`));
  assert.equal(under.ledger.report().refused, 1);
}

Deno.test("one request more than may wait is refused before its body is read", async () => {
  const under = new TestedApp({ environment: { KRONOS_QUEUE_LIMIT: "1" } });
  const { reading, send } = slowBody(under);
  let wasRead = false;
  const refused = await under.request(SINGLE, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: new ReadableStream({ pull: () => void (wasRead = true) }, { highWaterMark: 0 }),
  });
  await assertOverloaded(refused, under, "queue_full");
  assert.equal(wasRead, false);
  send();
  assert.equal((await reading).status, 200);
});

Deno.test("bodies that wait are bounded in bytes; of unknown length they count as the most", async () => {
  const under = new TestedApp({
    environment: { KRONOS_QUEUE_MB: "3", KRONOS_MAX_REQUEST_SIZE_MB: "2" },
  });
  const { reading, send } = slowBody(under);
  await assertOverloaded(await under.post(SINGLE, seriesBody()), under, "bytes_full");
  send();
  assert.equal((await reading).status, 200);
});

Deno.test("tokens that wait are bounded; more than ever fit is the request's own error", async () => {
  const { tokens } = await tokensOfOne();
  const { under, first } = await occupied({ KRONOS_QUEUE_TOKENS: String(tokens) });
  await assertOverloaded(await under.post(SINGLE, seriesBody()), under, "tokens_full");
  const { details } = await errorOf(
    await under.post(BATCH, batchBody([seriesBody(), seriesBody()])),
    422,
    "ValidationError",
  );
  assert.equal(details?.constraint, "max_tokens");
  under.stop.abort(new DrainingError(0));
  await first;
});

/** Tokens that one request of these tests has. */
async function tokensOfOne(): Promise<{ readonly tokens: number }> {
  const { under, first } = await occupied({});
  const { tokens } = under.admission.facts();
  under.stop.abort(new DrainingError(0));
  await first;
  return { tokens };
}

Deno.test("after the lame duck nobody enters: 503 Draining with Retry-After", async () => {
  const under = new TestedApp();
  under.admission.close(1000);
  const response = await under.post(SINGLE, seriesBody());
  assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  await errorOf(response, 503, "Draining");
  assert.deepEqual(under.inputs, []);
  const { accepted, refused } = under.ledger.report();
  assert.deepEqual({ accepted, refused }, { accepted: 0, refused: 1 });
});

Deno.test("what the end of a drain stops is answered 503 Draining, and was accepted", async () => {
  const { under, first } = await occupied({});
  under.stop.abort(new DrainingError(0));
  await errorOf(await first, 503, "Draining");
  assert.equal(under.ledger.report().accepted, 1);
  assert.equal(under.service.failures, 0, "no failure of the model");
});
