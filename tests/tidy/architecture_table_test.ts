import assert from "node:assert/strict";
import { architectureTable } from "./architecture_table.ts";

const map = (...rows: readonly string[]) => ({
  path: "A.md",
  text: ["# A", "| folder | what | imports |", "| --- | --- | --- |", ...rows, ""].join("\n"),
});
const TABLE = { http: ["forecast", "inference/engine.ts"], kronos: [], "main.ts": ["http"] };
const ROWS = [
  "| `src/main.ts` | starts | `http` |",
  "| `src/http/` | serves | `inference/engine.ts`, `forecast` |",
  "| `src/kronos/` | computes | nothing of ours |",
];

Deno.test("architectureTable() accepts the map that says what the table says", () => {
  assert.deepEqual(architectureTable(map(...ROWS, "| `tests/` | tests | `src` |"), TABLE), []);
});

Deno.test("architectureTable() finds a row that names too much, too little or another folder", () => {
  const wrong = [
    "`forecast`",
    "`forecast`, `kronos`",
    "`forecast`, `inference/engine.ts`, `kronos`",
  ];
  for (const cell of wrong) {
    const found = architectureTable(
      map(ROWS[0], `| \`src/http/\` | serves | ${cell} |`, ROWS[2]),
      TABLE,
    );
    assert.deepEqual(found, [{
      place: "A.md:5",
      message: "src/http imports forecast, inference/engine.ts; see tools/folder_imports.ts",
    }], cell);
  }
});

Deno.test("architectureTable() finds a folder without a row, and a row without a folder", () => {
  assert.deepEqual(architectureTable(map(ROWS[0], ROWS[1]), TABLE), [
    { place: "A.md:1", message: "src/kronos has no row in the map" },
  ]);
  assert.deepEqual(architectureTable(map(...ROWS, "| `src/old/` | gone | `http` |"), TABLE), [
    { place: "A.md:7", message: "src/old is no folder of the table; see tools/folder_imports.ts" },
  ]);
});
