/** The repository's own order, read from its files. Each rule is in tests/tidy/, with its tests. */
import assert from "node:assert/strict";
import { FROM_PYTHON, SETTINGS } from "../src/config.ts";
import { MAY_IMPORT } from "../tools/folder_imports.ts";
import plugin from "../tools/lint_plugin.ts";
import { architectureTable } from "./tidy/architecture_table.ts";
import {
  deadLinks,
  missingPaths,
  unknownTasks,
  unknownTests,
  unknownVariables,
} from "./tidy/document_rules.ts";
import { longFiles, silencedChecks, unfinishedMarks, vagueNames } from "./tidy/file_rules.ts";
import { inexactVersions } from "./tidy/inexact_versions.ts";
import { readRepositoryFiles } from "./tidy/repository_files.ts";
import { type Finding, findingAt, type TextFile } from "./tidy/text_file.ts";

/** Variables that documents may name though the service does not read them. */
const VARIABLES_OF_TESTS = ["KRONOS_REQUIRE_TOOLS"];

const { paths, texts } = await readRepositoryFiles();

/** The text of that path. */
function file(path: string): TextFile {
  const found = texts.find((text) => text.path === path);
  assert.ok(found !== undefined, `${path} does not exist`);
  return found;
}

/** Fails with every finding on a line of its own, beginning with its place. */
function assertNone(findings: readonly Finding[]): void {
  const lines = findings.map(({ place, message }) => `${place}: ${message}`);
  assert.ok(findings.length === 0, `\n${lines.join("\n")}`);
}

/** What the rules of the editor say of a module. */
function lintFindings(module: TextFile): Finding[] {
  return Deno.lint.runPlugin(plugin, module.path, module.text)
    .map(({ range: [start], message }) => findingAt(module, start, message));
}

Deno.test("the repository was read: sources, tests and documents", () => {
  const expected = ["src/main.ts", "tests/tidy_test.ts", "README.md", "deno.json", ".ci/run"];
  for (const path of expected) assert.ok(texts.some((text) => text.path === path), path);
});

Deno.test("modules keep the rules of the editor: imports go one way, libraries stay in place", () => {
  assertNone(texts.filter(({ path }) => path.endsWith(".ts")).flatMap(lintFindings));
});

Deno.test("every folder of src is in the table of imports, and the table has no other", () => {
  const folders = paths.filter((path) => /^src\/[^/]+(?:\/|(?<!_test)\.ts)$/.test(path))
    .map((path) => path.slice("src/".length).replace(/\/$/, ""));
  assert.deepEqual(folders.sort(), Object.keys(MAY_IMPORT).sort());
});

Deno.test("ARCHITECTURE.md says what each folder imports", () => {
  assertNone(architectureTable(file("ARCHITECTURE.md"), MAY_IMPORT));
});

Deno.test("code files are short", () => assertNone(longFiles(texts)));

Deno.test("names say what is inside", () => assertNone(vagueNames(paths)));

Deno.test("nothing is marked as unfinished", () => assertNone(unfinishedMarks(texts)));

Deno.test("no check is switched off", () => assertNone(silencedChecks(texts)));

Deno.test("links of documents lead somewhere", () => assertNone(deadLinks(texts, paths)));

Deno.test("paths that documents name exist", () => assertNone(missingPaths(texts, paths)));

Deno.test("tests that docs/lifecycle.md names exist", () => {
  assertNone(unknownTests(file("docs/lifecycle.md"), texts));
});

Deno.test("tasks that documents name exist", () => {
  assertNone(unknownTasks(texts, Object.keys(JSON.parse(file("deno.json").text).tasks)));
});

Deno.test("variables that documents name are settings", () => {
  const settings = Object.values(SETTINGS).map(({ variable }) => variable);
  assertNone(unknownVariables(texts, [...settings, ...FROM_PYTHON, ...VARIABLES_OF_TESTS]));
});

Deno.test("dependencies have exact versions", () => assertNone(inexactVersions(file("deno.json"))));
