import assert from "node:assert/strict";
import { longFiles, silencedChecks, unfinishedMarks, vagueNames } from "./file_rules.ts";
import { inexactVersions } from "./inexact_versions.ts";

const file = (text: string, path = "src/a.ts") => ({ path, text });

Deno.test("longFiles() takes 300 lines of code and refuses 301, naming the first too many", () => {
  assert.deepEqual(longFiles([file("a\n".repeat(300))]), []);
  assert.deepEqual(longFiles([file("a\n".repeat(301))]), [
    { place: "src/a.ts:301", message: "the file has 301 lines, more than 300" },
  ]);
  assert.equal(longFiles([file("a\n".repeat(301), "training/a.py")]).length, 1);
});

Deno.test("longFiles() lets documents and data be long", () => {
  assert.deepEqual(longFiles([file("a\n".repeat(900), "CHANGELOG.md")]), []);
});

Deno.test("vagueNames() finds files, folders and parts of names", () => {
  const vague = ["src/utils/", "src/http/helpers.ts", "src/session_manager.ts", "src/common/"];
  for (const path of [...vague, "a/misc.md", "src/Utils.ts", "src/time-util.ts"]) {
    assert.equal(vagueNames([path]).length, 1, path);
  }
  assert.deepEqual(vagueNames(["src/utils/"]), [
    { place: "src/utils/:1", message: 'the name says "utils", not what is inside' },
  ]);
});

Deno.test("vagueNames() accepts names that only contain such a word's letters", () => {
  assert.deepEqual(vagueNames(["src/managed.ts", "src/utility_curve.ts", "src/uncommon.ts"]), []);
});

Deno.test("unfinishedMarks() finds a mark in code and documents, with its line", () => {
  for (const mark of ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) {
    assert.deepEqual(unfinishedMarks([file(`a\n// ${mark}: later\n`)]), [
      { place: "src/a.ts:2", message: `${mark}: finish it, or leave it out` },
    ]);
  }
  assert.deepEqual(unfinishedMarks([file("todos, a hack, XXXL, MASTODON")]), []);
});

Deno.test("silencedChecks() finds each comment that switches a check off", () => {
  const silencers = ["deno-" + "lint-ignore-file", "@" + "ts-ignore", "@" + "ts-expect-error"];
  for (const silencer of [...silencers, "@" + "ts-nocheck", "deno-" + "fmt-ignore"]) {
    assert.equal(silencedChecks([file(`a\n\n// ${silencer}`)])[0].place, "src/a.ts:3", silencer);
  }
  assert.deepEqual(silencedChecks([file("// ignore what is not sent")]), []);
});

Deno.test("inexactVersions() takes exact npm versions, with scope, path or slash", () => {
  const imports = {
    "@hono/zod-openapi": "npm:@hono/zod-openapi@1.6.3",
    "csv-parse/sync": "npm:csv-parse@7.0.3/sync",
    "hono/": "npm:/hono@4.13.19/",
    "beta": "npm:beta@1.0.0-rc.1",
  };
  assert.deepEqual(inexactVersions(file(JSON.stringify({ imports }), "deno.json")), []);
  assert.deepEqual(inexactVersions(file("{}", "deno.json")), []);
});

Deno.test("inexactVersions() finds ranges, tags, no version and other origins, with their line", () => {
  const loose = ["npm:a@^1.2.3", "npm:a@1.2", "npm:a@latest", "npm:a", "https://a.example/a.ts"];
  for (const target of loose) {
    const text = JSON.stringify({ imports: { b: "npm:b@1.0.0", a: target } }, null, 2);
    assert.deepEqual(inexactVersions(file(text, "deno.json")), [
      { place: "deno.json:4", message: `a is ${target}, not one exact version` },
    ]);
  }
});
