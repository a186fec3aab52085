import assert from "node:assert/strict";
import {
  deadLinks,
  missingPaths,
  unknownTasks,
  unknownTests,
  unknownVariables,
} from "./document_rules.ts";

const document = (text: string, path = "docs/a.md") => ({ path, text });
const PATHS = ["README.md", "docs/", "docs/a.md", "docs/b.md", "src/", "src/main.ts"];
const OTHER = document("# One heading\n\n## `x` & y: z?\n\n## Again\n## Again\n", "docs/b.md");

/** Places of dead links in a document beside `OTHER`. */
function dead(text: string): string[] {
  return deadLinks([document(text), OTHER], PATHS).map(({ place }) => place);
}

Deno.test("deadLinks() follows links to files, folders and headings", () => {
  const links = ["b.md", "../README.md", "../src/", "..", "../src/main.ts", "b.md#one-heading"];
  const anchors = ["b.md#x--y-z", "b.md#again", "b.md#again-1", "#here"];
  const text = [...links, ...anchors].map((link) => `[a](${link})`).join("\n");
  assert.deepEqual(dead(`# Here\n${text}\n`), []);
});

Deno.test("deadLinks() finds a missing file, heading or own heading, with its line", () => {
  assert.deepEqual(deadLinks([document("a\n[c](c.md)\n")], PATHS), [
    { place: "docs/a.md:2", message: "c.md leads to docs/c.md, which does not exist" },
  ]);
  for (const link of ["b.md#two", "b.md#again-2", "#nowhere", "../../x.md", "/README.md"]) {
    assert.deepEqual(dead(`# Here\n\n[a](${link})\n`), ["docs/a.md:3"], link);
  }
});

Deno.test("deadLinks() reads images, titles and references too", () => {
  assert.deepEqual(dead('![a](a.svg)\n[b](c.md "title")\n\n[ref]: d.md\n'), [
    "docs/a.md:1",
    "docs/a.md:2",
    "docs/a.md:4",
  ]);
});

Deno.test("deadLinks() leaves the web and code blocks alone", () => {
  assert.deepEqual(dead("[a](https://a.example/x.md) <b>\n```\n[a](gone.md)\n```\n"), []);
  assert.deepEqual(dead("```\n# Fenced\n```\n[a](#fenced)\n"), ["docs/a.md:4"]);
});

Deno.test("missingPaths() finds a path in backticks that does not exist", () => {
  const files = [document("`src/main.ts`, `src/`\n`src/old.ts`, `docs/a.md`, src/free.ts, `x.ts`")];
  assert.deepEqual(missingPaths(files, PATHS), [
    { place: "docs/a.md:2", message: "src/old.ts does not exist" },
  ]);
});

Deno.test("unknownTasks() finds a task that deno.json lacks, in prose and in code", () => {
  const text =
    "`deno task start`\n```\nnpx -y deno@2.9.6 task gone --flag\n```\ndeno task --quiet lost\n";
  assert.deepEqual(unknownTasks([document(text)], ["start"]), [
    { place: "docs/a.md:3", message: "deno.json has no task gone" },
    { place: "docs/a.md:5", message: "deno.json has no task lost" },
  ]);
});

Deno.test("unknownVariables() finds a variable that is no setting", () => {
  const text = "KRONOS_WORKERS=2\n`KRONOS_WORKER`\n`KRONOS_MAX_*`, `KRONOS_MIN_*`";
  const known = ["KRONOS_WORKERS", "KRONOS_MAX_CONTEXT"];
  assert.deepEqual(unknownVariables([document(text)], known), [
    { place: "docs/a.md:2", message: "KRONOS_WORKER is not a setting" },
    { place: "docs/a.md:3", message: "KRONOS_MIN_ is not a setting" },
  ]);
});

Deno.test("rules of documents look at documents alone", () => {
  const code = document("[a](gone.md) `src/old.ts` deno task gone KRONOS_GONE", "src/a.ts");
  assert.deepEqual(deadLinks([code], PATHS), []);
  assert.deepEqual(missingPaths([code], PATHS), []);
  assert.deepEqual(unknownTasks([code], []), []);
  assert.deepEqual(unknownVariables([code], []), []);
});

Deno.test("unknownTests() finds a row whose test is in no test file, and a table without any", () => {
  const tests = [
    document('Deno.test("it works", () => {});', "src/a_test.ts"),
    document('"only in a source"', "src/a.ts"),
  ];
  const table = (name: string) =>
    document(`| what | test |\n| --- | --- |\n| A. | \`${name}\` |\n`);
  assert.deepEqual(unknownTests(table("it works"), tests), []);
  assert.deepEqual(unknownTests(table("only in a source"), tests), [
    { place: "docs/a.md:3", message: 'no test is named "only in a source"' },
  ]);
  assert.equal(unknownTests(document("no table"), tests).length, 1);
});
