/** Whatever is posted gets an answer of the contract, never a 500. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BATCH, errorOf, SINGLE, TestedApp } from "./tested_app.ts";
import { seriesBody } from "./series_body.ts";

/** Values of every kind, and those that break things. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 5 }),
  fc.constantFrom(null, 0, -0, 1, -1, 1e300, "", "2024-01-01", true, [], {}, [[]], { items: [] }),
);

/** A valid series of which some parts are replaced by anything, or removed. */
const damaged = fc.tuple(
  fc.array(
    fc.tuple(
      fc.constantFrom(
        ...["series_id", "candles", "timestamps", "prediction_timestamps", "overrides"],
        ...[
          "seed",
          "quantiles",
          "events",
          "include_samples",
          "include_warnings",
          "raw",
          "candles.0",
        ],
        ...[
          "candles.1.open",
          "candles.2.high",
          "candles.0.low",
          "candles.3.volume",
          "timestamps.1",
        ],
        ...["prediction_timestamps.0", "overrides.top_k", "overrides.pred_len", "quantiles.0"],
        ...["events.0", "events.0.type", "events.1.step", "events.1.low", "horizon", "calendar"],
      ),
      fc.option(anything, { nil: undefined }),
    ),
    { maxLength: 4 },
  ),
).map(([changes]) => {
  const overrides = { top_k: 3, sample_count: 2 };
  const events = [{ type: "touch_above", level: 100, step: 1 }, {
    type: "range",
    low: 1,
    high: 200,
  }];
  const body = seriesBody(4, 2, { series_id: "x", overrides, quantiles: [0.5], events });
  for (const [path, value] of changes) {
    const keys = path.split(".");
    const last = keys.pop()!;
    let part: unknown = body;
    for (const key of keys) {
      part = typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined;
    }
    if (typeof part === "object" && part !== null) Reflect.set(part, last, structuredClone(value));
  }
  return body;
});

async function assertAnswered(under: TestedApp, path: string, body: string): Promise<number> {
  const response = await under.post(path, body);
  if (response.status === 200) {
    await response.body?.cancel();
    return 200;
  }
  assert.ok([400, 422].includes(response.status), `${response.status}`);
  const type = response.status === 400 ? "MalformedRequest" : "ValidationError";
  const { details } = await errorOf(response, response.status, type);
  if (response.status === 422) {
    assert.ok(details?.issues && details.issues.length > 0 && details.issues.length <= 50);
    const { issues, ...rest } = details;
    const { message: _, ...first } = issues[0];
    assert.deepEqual(rest, first);
  }
  return response.status;
}

Deno.test("any JSON value posted to either route gives 200 or 4xx with the one error body", async () => {
  const under = new TestedApp();
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(SINGLE, BATCH), async (value, path) => {
      await assertAnswered(under, path, JSON.stringify(value));
    }),
    { numRuns: 300 },
  );
});

Deno.test("any damage to a valid request gives 200 or 422, the same alone and in a batch", async () => {
  const under = new TestedApp();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(damaged, async (body) => {
      const alone = await assertAnswered(under, SINGLE, JSON.stringify(body));
      const batch = JSON.stringify({ items: [seriesBody(1, 1, { series_id: "" }), body] });
      const together = await assertAnswered(under, BATCH, batch);
      // A batch asks for an id, a single request does not.
      if (typeof body.series_id === "string") assert.equal(alone, together);
      statuses.add(alone);
    }),
    { numRuns: 500 },
  );
  assert.deepEqual([...statuses].sort(), [200, 422], "both happen");
});

Deno.test("any text posted gives 200 or 4xx", async () => {
  const under = new TestedApp();
  const valid = JSON.stringify(seriesBody());
  const cut = fc.tuple(fc.nat(valid.length), fc.string()).map(([at, text]) =>
    valid.slice(0, at) + text + valid.slice(at + text.length)
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), cut), async (text) => {
      await assertAnswered(under, SINGLE, text);
    }),
    { numRuns: 500 },
  );
});

Deno.test("any bytes posted give 200 or 4xx", async () => {
  const under = new TestedApp();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const response = await under.post(SINGLE, Uint8Array.from(bytes));
      assert.ok(response.status >= 400 && response.status < 500);
      await errorOf(
        response,
        response.status,
        response.status === 400 ? "MalformedRequest" : "ValidationError",
      );
    }),
    { numRuns: 200 },
  );
});
