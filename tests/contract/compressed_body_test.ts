/** Bodies that are compressed: read within the limit that counts what they inflate to. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { seriesBody } from "./series_body.ts";
import { errorOf, SINGLE, TestedApp } from "./tested_app.ts";

const GZIP = { "Content-Encoding": "gzip" };

const BODY = new TextEncoder().encode(JSON.stringify(seriesBody()));

/** A POST of bytes that the test compressed. */
function send(under: TestedApp, body: BodyInit, headers: HeadersInit = GZIP): Promise<Response> {
  return under.request(SINGLE, { method: "POST", body, headers });
}

function compressed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

Deno.test("a gzip body is answered like the same body without", async () => {
  const under = new TestedApp();
  const plain = await (await under.post(SINGLE, { ...seriesBody(), seed: 1 })).json();
  const body = new TextEncoder().encode(JSON.stringify({ ...seriesBody(), seed: 1 }));
  for (const encoding of ["gzip", "GZIP", " gzip ", "x-gzip"]) {
    const response = await send(under, compressed(body), { "Content-Encoding": encoding });
    assert.equal(response.status, 200, encoding);
    assert.deepEqual(await response.json(), plain);
  }
});

Deno.test("content encodings other than gzip and identity are a 415", async () => {
  const under = new TestedApp();
  for (const encoding of ["br", "deflate", "zstd", "br, identity", "gzip, gzip"]) {
    const response = await send(under, BODY, { "Content-Encoding": encoding });
    assert.equal(response.headers.get("accept-encoding"), "gzip");
    const { details } = await errorOf(response, 415, "UnsupportedMediaType");
    assert.deepEqual(details, {
      field: "Content-Encoding",
      value: encoding,
      constraint: "gzip_or_identity",
    });
  }
  for (const encoding of ["identity", "Identity", ""]) {
    assert.equal((await send(under, BODY, { "Content-Encoding": encoding })).status, 200);
  }
});

Deno.test("what is not whole, valid gzip is a 400", async () => {
  const under = new TestedApp();
  const whole = compressed(BODY);
  const checksum = Uint8Array.from(whole);
  checksum[checksum.length - 6] ^= 1;
  const broken: Record<string, Uint8Array<ArrayBuffer>> = {
    "no gzip": BODY,
    empty: new Uint8Array(0),
    cut: whole.slice(0, -9),
    "half a head": whole.slice(0, 4),
    "a wrong checksum": checksum,
    "more behind": Uint8Array.from([...whole, 1, 2, 3]),
  };
  for (const [name, body] of Object.entries(broken)) {
    const { details } = await errorOf(await send(under, body), 400, "MalformedRequest");
    assert.deepEqual(details, { constraint: "gzip" }, name);
  }
});

Deno.test("of gzip the JSON inside is judged: syntax, UTF-8, emptiness", async () => {
  const under = new TestedApp();
  const cases: [bytes: Uint8Array, constraint: string][] = [
    [new TextEncoder().encode("{"), "json"],
    [Uint8Array.of(0x22, 0xff, 0x22), "utf8"],
    [new Uint8Array(0), "not_empty"],
  ];
  for (const [bytes, constraint] of cases) {
    const response = await send(under, compressed(bytes));
    const { details } = await errorOf(response, 400, "MalformedRequest");
    assert.equal(details?.constraint, constraint);
  }
});

Deno.test("the limit counts what a body inflates to", async () => {
  const limit = 20_000;
  const under = new TestedApp({ environment: { KRONOS_MAX_REQUEST_SIZE_MB: "0.02" } });
  const text = JSON.stringify(seriesBody());
  const fits = new TextEncoder().encode(text.padEnd(limit));
  assert.equal((await send(under, compressed(fits))).status, 200);
  const over = new TextEncoder().encode(text.padEnd(limit + 1));
  const error = await errorOf(await send(under, compressed(over)), 413, "PayloadTooLarge");
  assert.deepEqual(error.details, { constraint: "max_bytes", limit_bytes: limit });
});

Deno.test("a bomb is a 413 before it is inflated, read no further than needed", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_REQUEST_SIZE_MB: "1" } });
  const bomb = compressed(new Uint8Array(200_000_000)); // a thousandth of it
  assert.ok(bomb.length < 1_000_000);
  const step = 1000;
  let sent = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.enqueue(bomb.slice(sent, sent += step));
      if (sent >= bomb.length) controller.close();
    },
  });
  const before = Deno.memoryUsage().external;
  await errorOf(await send(under, body), 413, "PayloadTooLarge");
  assert.ok(sent <= 10 * step, `${sent} bytes of the bomb are read`);
  assert.ok(Deno.memoryUsage().external - before < 20_000_000);
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_request_size_rejections_total 1/);
});

Deno.test("a compressed body that breaks off is told apart from broken gzip", async () => {
  const under = new TestedApp();
  let pulls = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(compressed(BODY).slice(0, 20));
      else controller.error(new Error("connection reset"));
    },
  });
  const { details } = await errorOf(await send(under, body), 400, "MalformedRequest");
  assert.deepEqual(details, { constraint: "whole_body" });
});

Deno.test("a compressed body counts at the door as much as it may inflate to", async () => {
  const under = new TestedApp({
    environment: { KRONOS_MAX_REQUEST_SIZE_MB: "2", KRONOS_QUEUE_MB: "1" },
  });
  assert.equal((await send(under, BODY, {})).status, 503, "no length: the most it may have");
  const announced = { "Content-Length": String(BODY.length) };
  assert.equal((await send(under, BODY, announced)).status, 200);
  const small = compressed(BODY);
  const headers = { ...GZIP, "Content-Length": String(small.length) };
  const { details } = await errorOf(await send(under, small, headers), 503, "Overloaded");
  assert.equal(details?.constraint, "bytes_full");
});
