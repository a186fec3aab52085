import assert from "node:assert/strict";
import { retryingFetch } from "./retrying_fetch.ts";

const OPTIONS = { retries: 3, maxWaitMs: 2000 };

/** Answers in turn, the last again and again; what is thrown is an error of the connection. */
function answering(...answers: readonly (() => Response)[]) {
  const bodies: string[] = [];
  const send = async (input: Request | URL | string): Promise<Response> => {
    bodies.push(await (input as Request).text());
    return answers[Math.min(bodies.length, answers.length) - 1]();
  };
  return { bodies, send };
}

const refusal = (status: number, retryAfter?: string) => (): Response =>
  new Response("refused", {
    status,
    headers: retryAfter === undefined ? {} : { "Retry-After": retryAfter },
  });
const taken = (): Response => new Response("taken");
const lost = (): Response => {
  throw new TypeError("connection refused");
};

const post = (signal?: AbortSignal, headers: Record<string, string> = {}): Request =>
  new Request("http://service.example/", {
    method: "POST",
    body: "asked",
    headers,
    ...(signal === undefined ? {} : { signal }),
  });

Deno.test("retryingFetch() sends the same body again after a 429, a 503 or a lost connection", async () => {
  for (const first of [refusal(429, "0"), refusal(503, "0"), refusal(503), lost]) {
    const { bodies, send } = answering(first, taken);
    const response = await retryingFetch(OPTIONS, send)(post());
    assert.equal(await response.text(), "taken");
    assert.deepEqual(bodies, ["asked", "asked"]);
  }
});

Deno.test("retryingFetch() takes a date for Retry-After", async () => {
  const { bodies, send } = answering(refusal(503, new Date(0).toUTCString()), taken);
  await (await retryingFetch(OPTIONS, send)(post())).body?.cancel();
  assert.equal(bodies.length, 2);
});

Deno.test("retryingFetch() hands on a refusal for longer than it would wait", async () => {
  for (const retryAfter of ["3", new Date(Date.now() + 60_000).toUTCString()]) {
    const { bodies, send } = answering(refusal(503, retryAfter), taken);
    const response = await retryingFetch(OPTIONS, send)(post());
    assert.equal(await response.text(), "refused");
    assert.equal(bodies.length, 1);
  }
});

Deno.test("retryingFetch() gives up after its tries, with what the last came to", async () => {
  const refusing = answering(refusal(503, "0"));
  const response = await retryingFetch(OPTIONS, refusing.send)(post());
  assert.equal(await response.text(), "refused");
  assert.equal(refusing.bodies.length, 1 + OPTIONS.retries);
  const losing = answering(lost);
  const options = { retries: 1, maxWaitMs: 1 };
  await assert.rejects(retryingFetch(options, losing.send)(post()), /connection refused/);
  assert.equal(losing.bodies.length, 2);
});

Deno.test("retryingFetch() repeats neither other answers nor what is no POST", async () => {
  for (const status of [200, 400, 422, 500, 504]) {
    const { bodies, send } = answering(refusal(status, "0"));
    await (await retryingFetch(OPTIONS, send)(post())).body?.cancel();
    assert.equal(bodies.length, 1, String(status));
  }
  const { bodies, send } = answering(refusal(503, "0"));
  const response = await retryingFetch(OPTIONS, send)(new Request("http://service.example/"));
  assert.equal(response.status, 503);
  await response.body?.cancel();
  assert.equal(bodies.length, 1);
});

Deno.test("retryingFetch() stops waiting when its signal aborts", async () => {
  const controller = new AbortController();
  const { bodies, send } = answering(() => {
    // The wait of two seconds has begun by the next turn.
    setTimeout(() => controller.abort(new Error("left")));
    return refusal(503, "2")();
  });
  await assert.rejects(retryingFetch(OPTIONS, send)(post(controller.signal)), /left/);
  assert.equal(bodies.length, 1);
});

Deno.test("retryingFetch() has one deadline for all its tries", async () => {
  const deadlines: number[] = [];
  const { send } = answering(refusal(503, "0"), refusal(503, "0"), taken);
  const noting = (request: Request): Promise<Response> => {
    deadlines.push(Number(request.headers.get("X-Request-Deadline-Ms")));
    return send(request);
  };
  const within = (ms: number) => post(undefined, { "X-Request-Deadline-Ms": String(ms) });
  const response = await retryingFetch(OPTIONS, noting as typeof fetch)(within(60_000));
  assert.equal(await response.text(), "taken");
  assert.equal(deadlines.length, 3);
  assert.equal(deadlines[0], 60_000);
  assert.ok(
    deadlines.every((ms, i) => i === 0 || (ms > 0 && ms <= deadlines[i - 1])),
    `${deadlines}`,
  );
});

Deno.test("retryingFetch() hands on a refusal that lasts beyond the deadline", async () => {
  const { bodies, send } = answering(refusal(503, "1"), taken);
  const request = post(undefined, { "X-Request-Deadline-Ms": "500" });
  const response = await retryingFetch(OPTIONS, send)(request);
  assert.equal(await response.text(), "refused");
  assert.equal(bodies.length, 1);
});
