import assert from "node:assert/strict";
import { Hono } from "hono";
import { DOCS_ASSETS, docsAsset, docsPage } from "./docs.ts";

const app = new Hono()
  .get("/docs", docsPage)
  .get("/docs/:asset", async (c) => await docsAsset(c, c.req.param("asset")) ?? c.notFound());

Deno.test("docsPage() asks for every asset, and for nothing else", async () => {
  const page = await (await app.request("/docs")).text();
  const asked = [...page.matchAll(/"\/docs\/([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(asked.toSorted(), DOCS_ASSETS.toSorted());
});

Deno.test("docsPage() allows scripts of its own origin alone", async () => {
  const policy = (await app.request("/docs")).headers.get("content-security-policy") ?? "";
  const rules = policy.split("; ");
  assert.ok(rules.includes("default-src 'none'") && rules.includes("script-src 'self'"));
  assert.ok(rules.includes("frame-ancestors 'none'"));
});

Deno.test("docsAsset() serves each asset under its type", async () => {
  for (const name of DOCS_ASSETS) {
    const response = await app.request(`/docs/${name}`);
    assert.equal(response.status, 200);
    const type = name.endsWith(".css") ? "text/css" : "text/javascript";
    assert.equal(response.headers.get("content-type"), `${type}; charset=utf-8`);
    assert.ok((await response.text()).length > 0);
  }
  const start = await (await app.request("/docs/start.js")).text();
  assert.match(start, /url: "\/openapi\.json"/);
});

Deno.test("docsAsset() is null for any other name", async () => {
  for (const name of ["index.html", "constructor", "..", ""]) {
    assert.equal((await app.request(`/docs/${name}`)).status, 404, name);
  }
});
