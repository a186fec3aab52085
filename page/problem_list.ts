/// <reference lib="dom" />
/** Shows what is wrong at the rows and the fields that cause it. */
import { withText } from "./element.ts";
import type { Problem } from "./problems.ts";

/** Fields of a form by the field of the request that they set. */
const INPUTS: Readonly<Record<string, string>> = {
  "overrides.sample_count": "paths",
  "overrides.temperature": "temperature",
  "overrides": "paths",
  "horizon": "horizon",
};

/** The row as it is in the file, the cell that is wrong marked. */
function shownRow(text: string, value: string | null): HTMLElement {
  const code = document.createElement("code");
  const at = value === null || value === "" ? -1 : text.indexOf(value);
  if (at < 0 || value === null) {
    code.textContent = text;
    return code;
  }
  code.append(text.slice(0, at), withText("mark", value), text.slice(at + value.length));
  return code;
}

function shownProblem({ message, row, value }: Problem): HTMLElement {
  const item = document.createElement("li");
  if (row === null) item.append(message);
  else item.append(withText("b", `Line ${row.line}: `), message, shownRow(row.text, value));
  return item;
}

/** Shows warnings below a summary; nothing where there are none. */
export function showWarnings(details: HTMLElement, warnings: readonly Problem[]): void {
  const list = document.createElement("ol");
  list.append(...warnings.map(shownProblem));
  const count = warnings.length === 1 ? "1 remark" : `${warnings.length} remarks`;
  details.replaceChildren(withText("summary", `${count} on these candles`), list);
  details.hidden = warnings.length === 0;
}

/** Problems of one panel. */
export class ProblemList {
  readonly #list: HTMLElement;
  readonly #form: HTMLFormElement;

  /** Shows them in the list, and marks fields of the form. */
  constructor(list: HTMLElement, form: HTMLFormElement) {
    this.#list = list;
    this.#form = form;
  }

  /** Shows nothing. */
  clear(): void {
    this.#list.hidden = true;
    this.#list.replaceChildren();
    for (const input of this.#form.querySelectorAll("input")) input.removeAttribute("aria-invalid");
  }

  /** Shows these under a sentence. */
  show(sentence: string, problems: readonly Problem[]): void {
    this.clear();
    const list = document.createElement("ol");
    list.append(...problems.map(shownProblem));
    this.#list.append(withText("p", sentence), ...(problems.length === 0 ? [] : [list]));
    this.#list.hidden = false;
    for (const { row, field } of problems) {
      if (row !== null) continue;
      this.#form.querySelector(`input[name="${INPUTS[field] ?? field}"]`)
        ?.setAttribute("aria-invalid", "true");
    }
  }
}
