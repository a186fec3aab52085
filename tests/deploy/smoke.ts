/**
 * What a client sees of a service that has just been deployed: ready, documented, with its page, and able to
 * forecast. `deno run --allow-net tests/deploy/smoke.ts http://127.0.0.1:8000`; exit code 1 otherwise.
 * It imports nothing of ours and no package, so that it runs where only Deno is.
 */
import assert from "node:assert/strict";

const [origin] = Deno.args;
const HOUR_MS = 3_600_000;

const candles = Array.from({ length: 64 }, (_, i) => {
  const close = 100 + Math.sin(i / 5);
  return { open: 100, high: 102, low: 98, close, volume: 10 };
});
const times = Array.from({ length: 72 }, (_, i) => new Date(i * HOUR_MS).toISOString());

const ready = await fetch(`${origin}/v1/readyz`);
assert.equal(ready.status, 200, await ready.text());

const documentation = await fetch(`${origin}/docs/swagger-ui-bundle.js`);
assert.equal(documentation.status, 200);
await documentation.body?.cancel();

const html = await (await fetch(`${origin}/`)).text();
const files = [...html.matchAll(/"(\/page\/[^"]+)"/g)].map(([, path]) => path);
assert.ok(files.length > 0);
for (const path of files) {
  const file = await fetch(origin + path);
  assert.equal(file.status, 200, path);
  await file.body?.cancel();
}

const answer = await fetch(`${origin}/v1/predict/single`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    series_id: "smoke",
    candles,
    timestamps: times.slice(0, 64),
    prediction_timestamps: times.slice(64),
    seed: 1,
  }),
});
const body = await answer.json();
assert.equal(answer.status, 200, JSON.stringify(body));
assert.equal(body.prediction.length, 8);
for (const { open, high, low, close } of body.prediction) {
  assert.ok(low <= Math.min(open, close) && Math.max(open, close) <= high);
}
