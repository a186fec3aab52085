/// <reference lib="dom" />
/** Fills a table. */
import { withText } from "./element.ts";

/** Replaces what is in the table by a row of headers and rows of cells; the first cell names its row. */
export function fillTable(
  table: HTMLTableElement,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const row = (cells: readonly HTMLElement[]): HTMLElement => {
    const made = document.createElement("tr");
    made.append(...cells);
    return made;
  };
  const heads = header.map((text) => {
    const cell = withText("th", text);
    cell.scope = "col";
    return cell;
  });
  const [head, body] = [document.createElement("thead"), document.createElement("tbody")];
  head.append(row(heads));
  body.append(...rows.map((cells) => row(cells.map((text) => withText("td", text)))));
  table.replaceChildren(head, body);
}
