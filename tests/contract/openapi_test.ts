/** The OpenAPI document: valid, complete, true to the code, and never changed by accident. */
import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ERRORS } from "../../src/http/errors.ts";
import { MAX_CANDLES, MAX_HORIZON, MAX_QUANTILES } from "../../src/http/schemas.ts";
import { BACKTEST, BATCH, SINGLE, STREAM, TestedApp } from "./tested_app.ts";
import { type Content, type OpenApiDocument, SchemaCheck } from "./schema_check.ts";

async function served(): Promise<{ document: OpenApiDocument; text: string; under: TestedApp }> {
  const under = new TestedApp();
  const response = await under.request("/openapi.json");
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  const text = await response.text();
  return { document: JSON.parse(text), text, under };
}

Deno.test("/openapi.json is what the snapshot says", async (t) => {
  const { document } = await served();
  await t.assertSnapshot(document);
});

Deno.test("/openapi.json is the same each time it is asked for", async () => {
  const { text, under } = await served();
  assert.equal(await (await under.request("/openapi.json")).text(), text);
});

Deno.test("/openapi.json is a valid OpenAPI 3.1 document", async () => {
  const { text } = await served();
  assert.match(text, /^\{"openapi":"3\.1\.0"/);
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(text));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.1");
});

Deno.test("every route of the app is in the document, and the reverse", async () => {
  const { document, under } = await served();
  const routes = under.app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
  assert.deepEqual(documented.toSorted(), routes.toSorted());
});

/** Every body of the document that has a schema, by its place. */
function* contents(document: OpenApiDocument): Generator<[place: string[], content: Content]> {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(methods)) {
      const place = ["paths", path, method];
      if (requestBody !== undefined) {
        yield [[...place, "requestBody", "content"], requestBody.content];
      }
      for (const [status, { content }] of Object.entries(responses)) {
        if (content !== undefined) yield [[...place, "responses", status, "content"], content];
      }
    }
  }
}

Deno.test("every example fits its own schema", async () => {
  const { document } = await served();
  const check = new SchemaCheck(document);
  let count = 0;
  for (const [place, content] of contents(document)) {
    for (const [type, { example, examples = {} }] of Object.entries(content)) {
      const all = Object.values(examples).map(({ value }) => value);
      if (example !== undefined) all.push(example);
      for (const value of all) {
        check.assertFits([...place, type, "schema"], value);
        count++;
      }
    }
  }
  assert.ok(count > 20, `${count} examples`);
});

Deno.test("the examples of requests are answered, those of batches too", async () => {
  const { document, under } = await served();
  for (const path of [SINGLE, BATCH, STREAM, BACKTEST]) {
    const content = document.paths[path].post.requestBody?.content["application/json"];
    const response = await under.post(path, content?.example);
    assert.equal(response.status, 200, await response.clone().text());
    await response.body?.cancel();
  }
});

Deno.test("every example of an error is of the table, under the status of its type", async () => {
  const { document } = await served();
  const shown = new Set<string>();
  for (const [place, content] of contents(document)) {
    const { examples = {} } = content["application/json"] ?? {};
    for (const [type, { value }] of Object.entries(examples)) {
      const { error } = value as { readonly error: Readonly<Record<string, unknown>> };
      assert.equal(error.type, type);
      const { status } = ERRORS[type as keyof typeof ERRORS];
      assert.equal(String(status), place[4]);
      assert.equal(Object.hasOwn(error, "details"), status !== 500, type);
      shown.add(type);
    }
  }
  for (const type of ["MalformedRequest", "PayloadTooLarge", "UnsupportedMediaType"]) {
    assert.ok(shown.has(type), type);
  }
  for (const type of ["ValidationError", "ModelNotReady", "InferenceTimeout", "InferenceFailed"]) {
    assert.ok(shown.has(type), type);
  }
});

Deno.test("every 503 of a forecast states Retry-After, every answer X-Request-ID", async () => {
  const { document } = await served();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      for (const [status, { headers = {} }] of Object.entries(responses)) {
        assert.ok(Object.hasOwn(headers, "X-Request-ID"), `${method} ${path} ${status}`);
        if (status === "503" && method === "post") assert.ok(Object.hasOwn(headers, "Retry-After"));
        if (status === "200" && method === "post") {
          assert.ok(Object.hasOwn(headers, "X-Kronos-Seed"));
          // A stream has sent its head before it knows, and a backtest is many forecasts.
          const timed = path === SINGLE || path === BATCH;
          assert.ok(Object.hasOwn(headers, "Server-Timing") || !timed);
        }
      }
    }
  }
});

Deno.test("the limits that the code knows are stated", async () => {
  const { document } = await served();
  const { PredictRequest, BatchItem, Overrides, Candle } = document.components.schemas as Readonly<
    Record<string, {
      readonly required: readonly string[];
      readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }>
  >;
  for (const { properties } of [PredictRequest, BatchItem]) {
    const { candles, timestamps, prediction_timestamps, horizon, quantiles, seed } = properties;
    assert.deepEqual([candles.minItems, candles.maxItems], [1, 2048]);
    assert.deepEqual([timestamps.minItems, timestamps.maxItems], [1, MAX_CANDLES]);
    assert.deepEqual([prediction_timestamps.minItems, prediction_timestamps.maxItems], [1, 512]);
    assert.deepEqual([horizon.minimum, horizon.maximum], [1, MAX_HORIZON]);
    assert.equal(MAX_HORIZON, 512);
    assert.deepEqual([quantiles.minItems, quantiles.maxItems], [1, MAX_QUANTILES]);
    assert.deepEqual([seed.minimum, seed.maximum], [0, Number.MAX_SAFE_INTEGER]);
    assert.match(String(timestamps.description), /strictly ascending.*zone.*or none/);
    assert.match(String(prediction_timestamps.description), /after the last input stamp/);
  }
  assert.deepEqual(PredictRequest.required, ["candles", "timestamps"]);
  assert.deepEqual(BatchItem.required, ["series_id", ...PredictRequest.required]);
  const { pred_len, temperature, top_k, top_p, sample_count } = Overrides.properties;
  assert.match(String(pred_len.description), /equal the number of prediction timestamps/);
  assert.deepEqual([temperature.exclusiveMinimum, temperature.maximum], [0, 10]);
  assert.equal(top_k.minimum, 0);
  assert.deepEqual([top_p.exclusiveMinimum, top_p.maximum], [0, 1]);
  assert.match(String(sample_count.description), /KRONOS_MAX_SAMPLE_COUNT/);
  assert.deepEqual([Candle.properties.open.exclusiveMinimum, Candle.properties.open.maximum], [
    0,
    1e18,
  ]);
  assert.match(String(Candle.properties.high.description), /open and close/);
});
