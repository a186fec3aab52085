import assert from "node:assert/strict";
import { MAY_IMPORT } from "./folder_imports.ts";
import plugin from "./lint_plugin.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** What the rules say of a file, one `rule: message` each. */
function findings(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `${ROOT}${path}`, source)
    .map(({ id, message }) => `${id}: ${message}`);
}

const longFunction = (lines: number): string =>
  `export function f(): void {\n${"  g();\n".repeat(lines - 2)}}\n`;

Deno.test("short-function takes 70 lines and refuses 71", () => {
  assert.deepEqual(findings("src/http/a.ts", longFunction(70)), []);
  assert.deepEqual(findings("src/http/a.ts", longFunction(71)), [
    "house/short-function: This function has 71 lines, more than 70",
  ]);
});

Deno.test("short-function lets a test have as many steps as it needs", () => {
  assert.deepEqual(findings("src/http/a_test.ts", longFunction(200)), []);
});

Deno.test("short-function looks at arrow functions and methods too", () => {
  const body = `{\n${"  g();\n".repeat(80)}}`;
  assert.equal(findings("src/http/a.ts", `const f = () => ${body};`).length, 1);
  assert.equal(findings("src/http/a.ts", `class A { f(): void ${body} }`).length, 1);
});

Deno.test("short-file takes 300 lines and refuses 301", () => {
  assert.deepEqual(findings("src/http/a.ts", "g();\n".repeat(300)), []);
  assert.deepEqual(findings("src/http/a.ts", "g();\n".repeat(301)), [
    "house/short-file: This file has 301 lines, more than 300",
  ]);
});

Deno.test("kept-library refuses a library outside its folder, however it is imported", () => {
  const forms = [
    'import * as ort from "onnxruntime-web";',
    'import "onnxruntime-web";',
    'export * from "onnxruntime-web";',
    'export { env } from "onnxruntime-web";',
    'const ort = await import("onnxruntime-web");',
    'import * as ort from "onnxruntime-web/wasm";',
  ];
  for (const form of forms) {
    assert.equal(findings("src/forecast/a.ts", form).length, 1, form);
    assert.deepEqual(findings("src/inference/a.ts", form), [], form);
  }
});

Deno.test("kept-library leaves other libraries alone, even those with a similar name", () => {
  assert.deepEqual(findings("src/forecast/a.ts", 'import "zod"; import "hono-like";'), []);
});

Deno.test("one-way refuses an import against the direction, however it is written", () => {
  const forms = [
    'import { a } from "../http/app.ts";',
    'import type { A } from "../http/app.ts";',
    'export { a } from "../http/app.ts";',
    'export * from "../http/app.ts";',
    'const app = await import("../http/app.ts");',
  ];
  for (const form of forms) {
    assert.deepEqual(findings("src/forecast/a.ts", form), [
      "house/one-way: src/forecast imports inference/engine.ts, inference/replica_fault.ts, kronos; " +
      "not http/app.ts",
    ], form);
    assert.deepEqual(findings("src/lifecycle/a.ts", form), [], form);
  }
});

Deno.test("one-way lets forecast see the interface of inference alone", () => {
  assert.deepEqual(findings("src/forecast/a.ts", 'import "../inference/engine.ts";'), []);
  assert.equal(findings("src/forecast/a.ts", 'import "../inference/runtime.ts";').length, 1);
});

Deno.test("one-way keeps the service apart from importer, tests and tools", () => {
  const refused = ["../importer/graphs.ts", "../../tests/a.ts", "../../tools/lint_plugin.ts"];
  for (const specifier of refused) {
    assert.equal(findings("src/lifecycle/a.ts", `import "${specifier}";`).length, 1, specifier);
  }
});

Deno.test("one-way keeps what is for tests out of the service, and asks nothing of tests", () => {
  const form = 'import "./testing/fake_replica.ts"; import "./a_test.ts";';
  assert.equal(findings("src/forecast/b.ts", form).length, 2);
  const upwards = 'import "../http/app.ts"; import "./testing/fake_replica.ts";';
  assert.deepEqual(findings("src/forecast/b_test.ts", upwards), []);
});

Deno.test("one-way refuses a folder that the table does not know", () => {
  assert.deepEqual(findings("src/extra/a.ts", 'import "../kronos/noise.ts";'), [
    "house/one-way: src/extra is missing from the table in tools/folder_imports.ts",
  ]);
});

Deno.test("the table of imports has no way back", () => {
  const reaches = (from: string, seen: readonly string[]): void => {
    assert.ok(!seen.includes(from), `${[...seen, from].join(" -> ")} is a circle`);
    for (const to of MAY_IMPORT[from]) reaches(to.split("/")[0], [...seen, from]);
  };
  for (const folder of Object.keys(MAY_IMPORT)) reaches(folder, []);
});

Deno.test("one-log refuses the console outside the log and the commands", () => {
  const form = 'console.log("a");';
  assert.deepEqual(findings("src/http/a.ts", form), [
    "house/one-log: Write through telemetry/log.ts",
  ]);
  // The path to the repository may have such a folder; what counts is the path in it.
  assert.equal(Deno.lint.runPlugin(plugin, "/home/me/tools/src/http/a.ts", form).length, 1);
  for (const path of ["src/telemetry/log.ts", "src/cli/a.ts", "bench/a.ts", "src/main.ts"]) {
    assert.deepEqual(findings(path, form), [], path);
  }
});
