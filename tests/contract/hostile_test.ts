/** Bodies made to break the service: each gets an answer, never a 500. */
import assert from "node:assert/strict";
import { BATCH, errorOf, SINGLE, TestedApp } from "./tested_app.ts";
import { batchBody, minutes, seriesBody } from "./series_body.ts";

const LIMIT = 10_000_000;

/** A body just within the limit: `part` as often as it fits between `head` and `tail`. */
function filled(head: string, part: string, tail: string): string {
  const room = LIMIT - head.length - tail.length - 100;
  return head + part.repeat(Math.floor(room / part.length)) + tail;
}

/** The fields of a valid series, without the closing brace and with a comma. */
const SERIES = `${JSON.stringify(seriesBody()).slice(0, -1)},`;

Deno.test("deep nesting is read, ignored where unknown, refused where it does not belong", async () => {
  const under = new TestedApp();
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const objects = '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000);
  assert.equal((await under.post(SINGLE, `${SERIES}"unknown":${deep(1_000_000)}}`)).status, 200);
  assert.equal((await under.post(SINGLE, `${SERIES}"unknown":${objects}}`)).status, 200);
  for (const field of ["series_id", "candles", "timestamps", "overrides", "quantiles", "seed"]) {
    const body = `${SERIES}"${field}":[${deep(100_000)}]}`;
    await errorOf(await under.post(SINGLE, body), 422, "ValidationError");
  }
  await errorOf(await under.post(SINGLE, deep(1_000_000)), 422, "ValidationError");
  await errorOf(await under.post(SINGLE, `{"candles":[${objects}]}`), 422, "ValidationError");
});

Deno.test("wide objects are read; the problems among their keys keep their order", async () => {
  const under = new TestedApp();
  const keys = Array.from({ length: 300_000 }, (_, i) => `"k${i}":0`).join(",");
  const wide = `{${keys},${SERIES.slice(1)}"more":{${keys}}}`;
  assert.equal((await under.post(SINGLE, wide)).status, 200);
  const wrong = `{"raw":5,${keys},"seed":-1,"candles":[${Array(2048).fill("{}")}]}`;
  const { details } = await errorOf(await under.post(SINGLE, wrong), 422, "ValidationError");
  assert.deepEqual(details?.issues?.slice(0, 2).map(({ field }) => field), ["raw", "seed"]);
  assert.equal(details?.issues?.length, 50);
});

Deno.test("names of an object's own machinery are keys like others", async () => {
  const under = new TestedApp();
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
  const evil = names.map((name) => `"${name}":{"temperature":99,"seed":"x"}`).join(",");
  const plain = await under.predict(seriesBody(4, 2, { seed: 1 }));
  const [candle] = seriesBody().candles;
  const candles = Array(4).fill(`{${evil},${JSON.stringify(candle).slice(1)}`).join(",");
  const body = `${SERIES}"seed":1,"overrides":{${evil}},${evil},"candles":[${candles}]}`;
  const answer = await under.predict(body);
  assert.deepEqual(Object.keys(answer), Object.keys(plain));
  assert.deepEqual(under.inputs[1].sampling, under.inputs[0].sampling);
  // What is inherited is not what was sent.
  const inherited = `{"__proto__":${JSON.stringify(seriesBody())}}`;
  const { details } = await errorOf(await under.post(SINGLE, inherited), 422, "ValidationError");
  assert.equal(details?.constraint, "required");
  assert.equal(Reflect.get({}, "temperature"), undefined);
});

Deno.test("huge, tiny and negative zero numbers", async () => {
  const under = new TestedApp();
  const text = JSON.stringify(seriesBody(4, 2, { overrides: { top_k: 0 }, seed: 0 }));
  const refused = [
    ['"open":100', '"open":1e400'],
    ['"low":90', '"low":-1e400'],
    ['"volume":10', '"volume":1e999'],
    ['"low":90', '"low":-0'],
    ['"seed":0', `"seed":${"9".repeat(400)}`],
    ['"top_k":0', '"top_k":1e400'],
    ['"low":90', '"low":1e-400'],
  ];
  for (const [from, to] of refused) {
    await errorOf(await under.post(SINGLE, text.replace(from, to)), 422, "ValidationError");
  }
  const taken = [
    ['"seed":0', '"seed":-0'],
    ['"top_k":0', '"top_k":-0'],
    ['"volume":10', '"volume":-0'],
    ['"amount":1000', '"amount":1e-400'],
    ['"low":90', '"low":5e-324'],
    ['"top_k":0', '"top_k":9007199254740991'],
    ['"top_k":0', '"top_k":5.0e0'],
    ['"low":90', `"low":1.${"0".repeat(100_000)}1`],
  ];
  for (const [from, to] of taken) {
    const response = await under.post(SINGLE, text.replace(from, to));
    assert.equal(response.status, 200, to.slice(0, 40));
    assert.ok(!(response.headers.get("x-kronos-seed") ?? "").includes("-"));
  }
});

Deno.test("very long texts are refused where limited, and their echo is cut", async () => {
  const under = new TestedApp();
  const long = "\u{1f600}".repeat(1_000_000);
  for (const changes of [{ series_id: long }, { timestamps: [long] }, { overrides: long }]) {
    const response = await under.post(SINGLE, seriesBody(1, 1, changes));
    assert.ok((await response.clone().text()).length < 2000);
    const { details } = await errorOf(response, 422, "ValidationError");
    assert.equal(String(details?.value).length, 100);
  }
  const surrogate = await under.post(SINGLE, `${SERIES}"series_id":"\\ud800"}`);
  assert.equal((await surrogate.json()).series_id, "\ud800");
});

Deno.test("10 MB of problems are told as 50, without holding all of them", async () => {
  const under = new TestedApp();
  const bodies: [path: string, body: string, field: string][] = [
    [SINGLE, filled('{"candles":[', "{},", "{}]}"), "candles"],
    [SINGLE, filled('{"timestamps":[', "0,", "0]}"), "timestamps"],
    [SINGLE, filled('{"quantiles":[', "0,", "0]}"), "quantiles"],
    [BATCH, filled('{"items":[', "0,", "0]}"), "items"],
  ];
  for (const [path, body, field] of bodies) {
    const { details } = await errorOf(await under.post(path, body), 422, "ValidationError");
    assert.deepEqual([details?.field, details?.constraint], [field, "max"]);
  }
  const item = `{"candles":[${Array(2048).fill("{}")}]}`;
  const items = `{"items":[${Array(256).fill(item)}]}`;
  const { details } = await errorOf(await under.post(BATCH, items), 422, "ValidationError");
  assert.equal(details?.issues?.length, 50);
  assert.deepEqual(
    details?.issues?.map(({ field }) => String(field).slice(0, 8)),
    Array(50).fill("items[0]"),
  );
});

Deno.test("10 MB of anything get an answer", async () => {
  const under = new TestedApp();
  const cases: [body: string, status: number][] = [
    [filled("", " ", ""), 400],
    [filled("", "[", ""), 400],
    [filled('"', "x", '"'), 422],
    [filled("", "9", ""), 422],
    [filled("[", "NaN,", "0]"), 400],
    [filled(`${SERIES}"unknown":"`, "\\u0000", '"}'), 200],
    [filled(SERIES, '"a":1,', '"b":1}'), 200],
    [filled(`${SERIES}"unknown":[`, "[],", "0]}"), 200],
  ];
  for (const [body, status] of cases) {
    const response = await under.post(SINGLE, body);
    assert.equal(response.status, status, body.slice(0, 20));
    await response.body?.cancel();
  }
});

Deno.test("a batch of the largest series is answered", async () => {
  const under = new TestedApp({ environment: { KRONOS_MAX_REQUEST_SIZE_MB: "30" } });
  const items = Array.from({ length: 20 }, () => seriesBody(2048, 512));
  const response = await under.post(BATCH, batchBody(items));
  assert.equal(response.status, 200);
  const answers = await response.json();
  assert.deepEqual(
    answers[19].prediction.map(({ timestamp }: { timestamp: string }) => timestamp),
    minutes(2048, 512),
  );
});
