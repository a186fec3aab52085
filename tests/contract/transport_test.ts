/** What every request passes through, whatever its body says: names, methods, types, encodings, sizes. */
import assert from "node:assert/strict";
import { BATCH, errorOf, SINGLE, TestedApp } from "./tested_app.ts";
import { seriesBody } from "./series_body.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

Deno.test("X-Request-ID is the client's own where it is valid, on answers and errors", async () => {
  const under = new TestedApp();
  for (const id of ["a", "A-z_0.9", "x".repeat(128)]) {
    const headers = { "X-Request-ID": id };
    const alive = await under.request("/v1/healthz", { headers });
    assert.equal(alive.headers.get("x-request-id"), id);
    const lost = await under.request("/nowhere", { headers });
    assert.equal((await errorOf(lost, 404, "NotFound")).request_id, id);
    const answer = await under.post(SINGLE, seriesBody(), headers);
    assert.equal(answer.headers.get("x-request-id"), id);
  }
});

Deno.test("X-Request-ID is a new one where the client sent none or an invalid one", async () => {
  const under = new TestedApp();
  const seen = new Set<string>();
  const sent = [undefined, "", "x".repeat(129), "a b", "a/b", "é", "a,b", "{}"];
  for (const id of sent) {
    const init = id === undefined ? {} : { headers: { "X-Request-ID": id } };
    const given = (await under.request("/v1/healthz", init)).headers.get("x-request-id") ?? "";
    assert.match(given, UUID);
    seen.add(given);
  }
  assert.equal(seen.size, sent.length);
});

Deno.test("each request is one line of the log, without its query or body", async () => {
  const under = new TestedApp();
  await under.post(`${SINGLE}?token=abc`, seriesBody(), { "X-Request-ID": "mine" });
  const lines = under.lines.filter(({ message }) => message === "request");
  assert.equal(lines.length, 1);
  const { request_id, method, path, status, duration_ms } = lines[0];
  assert.deepEqual([request_id, method, path, status], ["mine", "POST", SINGLE, 200]);
  assert.equal(typeof duration_ms, "number");
  assert.ok(!JSON.stringify(under.lines).includes("abc"));
});

Deno.test("an unknown path is a 404 for every method, with the path cut", async () => {
  const under = new TestedApp();
  for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    for (const path of ["/v1", "/v1/healthz/", "/V1/healthz", "/v1/predict", "/%", "/docs/x/y"]) {
      const { details } = await errorOf(await under.request(path, { method }), 404, "NotFound");
      assert.deepEqual(details, { field: "path", value: path, constraint: "known_route" });
    }
  }
  const { details } = await errorOf(await under.request(`/${"x".repeat(500)}`), 404, "NotFound");
  assert.equal(String(details?.value).length, 100);
});

Deno.test("a path's other methods are a 405 with Allow", async () => {
  const under = new TestedApp();
  const gets = [
    "/",
    "/page/main.js",
    "/v1/healthz",
    "/v1/readyz",
    "/v1/healthz/detailed",
    "/v1/metrics",
  ];
  const cases = [
    ...[...gets, "/docs", "/docs/start.js", "/openapi.json"].map((path) => [path, "GET, HEAD"]),
    [SINGLE, "POST"],
    [BATCH, "POST"],
  ];
  for (const [path, allow] of cases) {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      if (allow.split(", ").includes(method)) continue;
      const response = await under.request(path, { method });
      assert.equal(response.headers.get("allow"), allow);
      const { details } = await errorOf(response, 405, "MethodNotAllowed");
      assert.deepEqual(details, { field: "method", value: method, constraint: "allowed_method" });
    }
  }
});

Deno.test("HEAD answers like GET without a body; of a POST route it is a 405", async () => {
  const under = new TestedApp();
  for (const path of ["/v1/healthz", "/v1/readyz", "/v1/metrics", "/docs", "/openapi.json"]) {
    const response = await under.request(path, { method: "HEAD" });
    assert.equal(response.status, 200);
    assert.equal(response.body, null);
    assert.ok(response.headers.get("content-type"));
  }
  const response = await under.request(SINGLE, { method: "HEAD" });
  assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"]);
  assert.equal(response.body, null);
});

Deno.test("content types: JSON with any parameter, absent or blank are taken", async () => {
  const under = new TestedApp();
  const types = [
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON;charset=UTF-8",
    "application/problem+json",
    " application/json ",
    "",
  ];
  for (const type of types) {
    const response = await under.post(SINGLE, seriesBody(), { "Content-Type": type });
    assert.equal(response.status, 200, type);
  }
  assert.equal((await under.post(SINGLE, seriesBody(), {})).status, 200);
});

Deno.test("content types other than JSON are a 415, before the body is read", async () => {
  const under = new TestedApp();
  const form = "application/x-www-form-urlencoded";
  for (const type of ["text/plain", "application/jsonp", "json", form, "text/json"]) {
    const response = await under.post(SINGLE, "{", { "Content-Type": type });
    const { details } = await errorOf(response, 415, "UnsupportedMediaType");
    assert.deepEqual(details, { field: "Content-Type", value: type, constraint: "json" });
  }
});

Deno.test("what cannot be read as JSON is a 400 with the position of the error", async () => {
  const under = new TestedApp();
  const cases: [body: string, position: number][] = [
    ['{"a":NaN}', 5],
    ['{"a":Infinity}', 5],
    ['{"a":-Infinity}', 6],
    ['{"a":1', 6],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ["{'a':1}", 1],
    ["[1,]", 3],
    ["[01]", 2],
    ["{} {}", 3],
    ["// no\n{}", 0],
    ["undefined", 0],
    [" ", 1],
    ['"\t"', 1],
    ['["é", x]', 6],
  ];
  for (const [body, position] of cases) {
    const error = await errorOf(await under.post(SINGLE, body), 400, "MalformedRequest");
    assert.deepEqual(error.details, { constraint: "json", position }, body);
    assert.match(error.message, new RegExp(`^The body is not valid JSON at position ${position}`));
  }
});

Deno.test("an error deeper than the position's search goes is still a 400", async () => {
  const under = new TestedApp();
  const response = await under.post(SINGLE, `${"[".repeat(200_000)}x`);
  const { details, message } = await errorOf(response, 400, "MalformedRequest");
  assert.deepEqual([details, message], [{ constraint: "json" }, "The body is not valid JSON"]);
});

Deno.test("an empty body and invalid UTF-8 are a 400", async () => {
  const under = new TestedApp();
  for (const path of [SINGLE, BATCH]) {
    const empty = await errorOf(await under.post(path, ""), 400, "MalformedRequest");
    assert.deepEqual(empty.details, { constraint: "not_empty" });
    const none = await under.request(path, { method: "POST" });
    await errorOf(none, 400, "MalformedRequest");
    for (const bytes of [[0xff], [0x22, 0xc3, 0x22], [0xed, 0xa0, 0x80], [0x7b, 0, 0x7d, 0xfe]]) {
      const wrong = await under.post(path, Uint8Array.from(bytes));
      const { details } = await errorOf(wrong, 400, "MalformedRequest");
      assert.deepEqual(details, { constraint: "utf8" });
    }
  }
});

Deno.test("a byte order mark is skipped; of a key that comes twice the last counts", async () => {
  const under = new TestedApp();
  const text = JSON.stringify(seriesBody());
  assert.equal((await under.post(SINGLE, `\ufeff${text}`)).status, 200);
  const twice = `{"series_id":5,"candles":[],"series_id":"last",${text.slice(1)}`;
  assert.equal((await under.predict(twice)).series_id, "last");
  await errorOf(await under.post(SINGLE, "\ufeff"), 400, "MalformedRequest");
});

/** A body without a content-length, in pieces; notes whether it was given up. */
function streamed(pieces: number, bytes: number): { body: ReadableStream; sent: () => number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === pieces) controller.close();
      else {
        sent++;
        controller.enqueue(new Uint8Array(bytes).fill(0x20));
      }
    },
  });
  return { body, sent: () => sent };
}

Deno.test("a body over the limit is a 413: by its content-length, unread", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_REQUEST_SIZE_MB: "0.001" } });
  const { body, sent } = streamed(10, 100);
  const headers = { "Content-Length": "1001" };
  const response = await under.request(SINGLE, { method: "POST", body, headers });
  const error = await errorOf(response, 413, "PayloadTooLarge");
  assert.deepEqual(error.details, { constraint: "max_bytes", limit_bytes: 1000 });
  assert.match(error.message, /larger than 0\.001 MB \(KRONOS_MAX_REQUEST_SIZE_MB\)/);
  assert.ok(sent() <= 1, "the body is not read");
  await body.cancel();
});

Deno.test("a body over the limit is a 413: by the bytes that come, no more than needed", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_REQUEST_SIZE_MB: "0.001" } });
  const { body, sent } = streamed(1000, 100);
  const response = await under.request(SINGLE, { method: "POST", body });
  await errorOf(response, 413, "PayloadTooLarge");
  assert.ok(sent() <= 12, `${sent()} pieces`);
  const page = await (await under.request("/v1/metrics")).text();
  assert.match(page, /kronos_request_size_rejections_total 1/);
});

Deno.test("a body of exactly the limit is read", async () => {
  const text = JSON.stringify(seriesBody()).padEnd(2000);
  const under = new TestedApp({ environment: { KRONOS_MAX_REQUEST_SIZE_MB: "0.002" } });
  assert.equal((await under.post(SINGLE, text)).status, 200);
  await errorOf(await under.post(SINGLE, `${text} `), 413, "PayloadTooLarge");
});

Deno.test("a body that breaks off is a 400 and no failure of the model", async () => {
  const under = new TestedApp();
  const body = new ReadableStream({
    pull(controller) {
      controller.error(new Error("connection reset at /srv/secret"));
    },
  });
  const response = await under.request(SINGLE, { method: "POST", body });
  const { details } = await errorOf(response, 400, "MalformedRequest");
  assert.deepEqual(details, { constraint: "whole_body" });
  assert.equal(under.service.failures, 0);
});

Deno.test("X-Request-Deadline-Ms is a whole number above 0, or a 422 that names it", async () => {
  const under = new TestedApp();
  for (const header of ["5000", "1000000", "999999999999", " 60000 "]) {
    const response = await under.post(SINGLE, seriesBody(), { "X-Request-Deadline-Ms": header });
    assert.equal(response.status, 200, header);
  }
  for (const header of ["0", "-5", "1.5", "soon", "1e3", "", "9".repeat(200)]) {
    const response = await under.post(SINGLE, seriesBody(), { "X-Request-Deadline-Ms": header });
    const { details, message } = await errorOf(response, 422, "ValidationError");
    const issue = {
      field: "X-Request-Deadline-Ms",
      value: header.slice(0, 100),
      constraint: "positive_integer",
    };
    const text = "X-Request-Deadline-Ms must be a whole number of milliseconds above 0";
    assert.deepEqual(details, { ...issue, issues: [{ message: text, ...issue }] });
    assert.equal(message, `Invalid input: ${text}`);
  }
});

Deno.test("no answer can be sniffed as another type", async () => {
  const under = new TestedApp();
  for (const path of ["/v1/healthz", "/nowhere", "/docs", "/v1/metrics"]) {
    const { headers } = await under.request(path);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
});
