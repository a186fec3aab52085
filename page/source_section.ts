/// <reference lib="dom" />
/** Where candles come from: a file that is chosen or dropped, text that is pasted, an example. */
import { CandleRowsError } from "./candle_rows.ts";
import { element } from "./element.ts";
import { type LoadedFile, loadedFile } from "./loaded_file.ts";

function summaryOf({ name, rows, candles }: LoadedFile): string {
  const undrawn = rows.length - candles.length;
  const range = `${rows[0].timestamp} to ${rows[rows.length - 1].timestamp}`;
  const problem = undrawn === 0 ? "" : `; ${undrawn} cannot be drawn`;
  return `${name}: ${rows.length} candles, ${range}${problem}`;
}

/** Wires the section; `use` gets every file that can be read. */
export function wireSource(use: (file: LoadedFile) => void): void {
  const section = element(document, "#source", HTMLElement);
  const summary = element(section, "#source-summary", HTMLElement);
  const example = element(section, "#example", HTMLSelectElement);
  const pasted = element(section, "#pasted", HTMLTextAreaElement);

  const load = (name: string, text: string): void => {
    try {
      const file = loadedFile(name, text);
      summary.textContent = summaryOf(file);
      use(file);
    } catch (error) {
      if (!(error instanceof CandleRowsError)) throw error;
      summary.textContent = `${name}, line ${error.line}: ${error.message}`;
    }
  };
  const loadFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    example.value = "";
    load(file.name, await file.text());
  };

  element(section, "#file", HTMLInputElement).addEventListener("change", async (event) => {
    const input = event.currentTarget as HTMLInputElement;
    await loadFile(input.files?.[0]);
    input.value = ""; // the same file again is a change, too
  });
  example.addEventListener("change", async () => {
    if (example.value === "") return;
    const asked = example.value;
    const name = `${example.selectedOptions[0].text} (example)`;
    try {
      const response = await fetch(asked);
      if (!response.ok) throw new TypeError(`HTTP ${response.status}`);
      const text = await response.text();
      if (example.value === asked) load(name, text); // what was chosen meanwhile counts
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // what fetch throws where nobody answers
      summary.textContent = `${name} did not come from the service: ${error.message}`;
    }
  });
  element(section, "#use-pasted", HTMLButtonElement).addEventListener("click", () => {
    example.value = "";
    load("pasted", pasted.value);
  });
  wireDrop(loadFile);
}

/** A file may be dropped anywhere: whoever misses a small place loses the page to the file. */
function wireDrop(loadFile: (file: File | undefined) => Promise<void>): void {
  const dropping = (is: boolean): void => {
    document.body.classList.toggle("dropping", is);
  };
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    dropping(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) dropping(false);
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    dropping(false);
    await loadFile(event.dataTransfer?.files[0]);
  });
}
