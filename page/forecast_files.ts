/// <reference lib="dom" />
/** The buttons that give a forecast away: CSV, SVG, PNG, and the command that asks for it again. */
import type { PredictRequest } from "../clients/typescript/src/kronos_client.ts";
import type { CandleRow } from "./candle_rows.ts";
import { curlCommand } from "./curl_command.ts";
import { element } from "./element.ts";
import type { Fan } from "./fan.ts";
import { fanSvg } from "./fan_svg.ts";
import { forecastCsv } from "./forecast_csv.ts";
import { saveFile } from "./save_file.ts";

/** The route that the page asks. */
const ROUTE = "/v1/predict/stream";

/** What files are made from. */
export interface ForecastFiles {
  /** Stands above the drawing. */
  readonly title: string;
  /** What was sent. */
  readonly rows: readonly CandleRow[];
  /** What came. */
  readonly fan: Fan;
  /** As it would be sent again. */
  readonly request: PredictRequest;
  /** Whether the service asked for a key. */
  readonly keyed: boolean;
  /** The chart as it is. */
  picture(): HTMLCanvasElement;
}

/** Shows the command, to be copied or saved: browsers copy on pages of TLS or this machine alone. */
function showCommand(command: string): void {
  const dialog = element(document, "#command", HTMLDialogElement);
  const text = element(dialog, "textarea", HTMLTextAreaElement);
  text.value = command;
  dialog.showModal();
  text.select();
}

/** Wires the dialog of the command. */
function wireDialog(): void {
  const dialog = element(document, "#command", HTMLDialogElement);
  const text = element(dialog, "textarea", HTMLTextAreaElement);
  const copy = element(dialog, "[data-do=copy]", HTMLButtonElement);
  copy.hidden = navigator.clipboard === undefined;
  copy.addEventListener("click", () => navigator.clipboard.writeText(text.value));
  element(dialog, "[data-do=save]", HTMLButtonElement).addEventListener("click", () => {
    saveFile("forecast.sh", new Blob([text.value], { type: "application/x-sh" }));
  });
  element(dialog, "[data-do=close]", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
  });
}

/** Wires the buttons; `result` is what they give, null where there is nothing. */
export function wireDownloads(buttons: HTMLElement, result: () => ForecastFiles | null): void {
  const save = (name: string, text: string, type: string): void =>
    saveFile(name, new Blob([text], { type }));
  const takes: Readonly<Record<string, (files: ForecastFiles) => void>> = {
    csv: ({ fan }) => save("forecast.csv", forecastCsv(fan), "text/csv"),
    svg: ({ title, rows, fan }) => save("forecast.svg", fanSvg(title, rows, fan), "image/svg+xml"),
    png: ({ picture }) =>
      picture().toBlob((blob) => blob !== null && saveFile("forecast.png", blob)),
    curl: ({ request, keyed }) => showCommand(curlCommand(location.origin, ROUTE, request, keyed)),
  };
  for (const button of buttons.querySelectorAll<HTMLElement>("[data-take]")) {
    button.addEventListener("click", () => {
      const files = result();
      if (files !== null) takes[button.dataset.take ?? ""](files);
    });
  }
  wireDialog();
}
