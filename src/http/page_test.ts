import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Hono } from "hono";
import { readConfig } from "../config.ts";
import { page, pageAsset } from "./page.ts";

const config = readConfig({ KRONOS_DEFAULT_PRED_LEN: "33", KRONOS_DEFAULT_LOOKBACK: "77" });

const app = new Hono()
  .get("/", (c) => page(c, config))
  .get("/page/:asset", (c) => pageAsset(c, c.req.param("asset")) ?? c.notFound());

/** Paths of files that a text names: in attributes, or in imports. */
function named(text: string): string[] {
  return [...text.matchAll(/"(\/page\/[^"]+)"/g)].map(([, path]) => path);
}

/** Every file that the page comes to ask for, by path. */
async function everyFile(): Promise<Map<string, { readonly response: Response; text: string }>> {
  const files = new Map<string, { readonly response: Response; text: string }>();
  const asked = named(await (await app.request("/")).text());
  for (const path of asked) {
    if (files.has(path)) continue;
    const response = await app.request(path);
    const text = await response.text();
    files.set(path, { response, text });
    asked.push(...named(text));
  }
  return files;
}

Deno.test("page() allows this origin alone, and nothing inline", async () => {
  const response = await app.request("/");
  const rules = (response.headers.get("content-security-policy") ?? "").split("; ");
  assert.ok(rules.includes("default-src 'none'"));
  for (const kind of ["script-src", "style-src", "connect-src"]) {
    assert.ok(rules.includes(`${kind} 'self'`), kind);
  }
  assert.ok(!rules.some((rule) => rule.includes("unsafe")));
  const html = await response.text();
  assert.doesNotMatch(html, /<style|style=|\son\w+=|<script(?![^>]*\bsrc=)/);
  assert.doesNotMatch(html, /(?:src|href)="(?!\/|https:\/\/www\.tradingview\.com\/")/);
});

Deno.test("page() is filled with the defaults of the service", async () => {
  const html = await (await app.request("/")).text();
  assert.match(html, /name="horizon"[^>]*value="33"/);
  assert.match(html, /name="context"[^>]*value="77"/);
  assert.match(html, /name="paths"[^>]*max="64"[^>]*value="32"/);
  assert.doesNotMatch(html, /\{\w+\}|undefined/);
});

Deno.test("every file that the page asks for is there, with its type, to be kept", async () => {
  const types = {
    css: "text/css; charset=utf-8",
    csv: "text/csv; charset=utf-8",
    js: "text/javascript; charset=utf-8",
    svg: "image/svg+xml",
  };
  const files = await everyFile();
  assert.ok(files.size > 20);
  for (const [path, { response }] of files) {
    assert.equal(response.status, 200, path);
    const extension = path.split(".").at(-1) as keyof typeof types;
    assert.equal(response.headers.get("content-type"), types[extension]);
    assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
  }
});

Deno.test("the name of a file ends with the hash of its content", async () => {
  for (const [path, { text }] of await everyFile()) {
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
    assert.match(path, new RegExp(`-${hash}\\.\\w+$`));
  }
});

Deno.test("modules import nothing but files of the page, and have no types left", async () => {
  for (const [path, { text }] of await everyFile()) {
    if (!path.endsWith(".js")) continue;
    const imports = [...text.matchAll(/^(?:import|export)\b[^;"'=]*?\bfrom\s*["']([^"']+)["']/gm)];
    for (const [, specifier] of imports) assert.match(specifier, /^\/page\//, path);
    assert.doesNotMatch(text, /^(?:import type|export interface|export type)\b/m, path);
  }
});

Deno.test("pageAsset() is null for any other name", async () => {
  for (const name of ["main.ts", "main.js", "index.html", "constructor"]) {
    assert.equal((await app.request(`/page/${name}`)).status, 404, name);
  }
});
