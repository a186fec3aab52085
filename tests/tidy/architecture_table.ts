/** The map in ARCHITECTURE.md says of each folder what it may import, as the lint rule has it. */
import { type Finding, findingAt, type TextFile } from "./text_file.ts";

const ROW = /^\| `src\/([^`]+?)\/?`[^|]*\|[^|]*\|([^|]*)\|$/gm;

/** Rows that differ from the table of imports, and folders without a row. */
export function architectureTable(
  document: TextFile,
  mayImport: Readonly<Record<string, readonly string[]>>,
): Finding[] {
  const rows = [...document.text.matchAll(ROW)];
  const differing = rows.flatMap(({ 1: folder, 2: cell, index }) => {
    const named = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    const allowed = mayImport[folder];
    if (allowed?.length === named.length && named.every((name) => allowed.includes(name))) {
      return [];
    }
    const rule = allowed === undefined
      ? "is no folder of the table"
      : `imports ${allowed.join(", ") || "nothing"}`;
    return [findingAt(document, index, `src/${folder} ${rule}; see tools/folder_imports.ts`)];
  });
  const missing = Object.keys(mayImport).filter((folder) => !rows.some((row) => row[1] === folder));
  return [
    ...differing,
    ...missing.map((folder) => findingAt(document, 0, `src/${folder} has no row in the map`)),
  ];
}
