/// <reference lib="dom" />
/** The numbers under the cursor, above the chart and for screen readers. */
import { element, withText } from "./element.ts";
import type { Fan, FanStep } from "./fan.ts";
import type { LoadedFile } from "./loaded_file.ts";

const NAMES = { O: "open", H: "high", L: "low", C: "close", V: "volume" } as const;

/** Levels of the close that are told, and what they are called. */
const TOLD = { "5%": "0.05", "50%": "0.5", "95%": "0.95" } as const;

/** As many digits as a person reads. */
export function shortNumber(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 7 });
}

type Entry = readonly [name: string, text: string];

function entriesOf(
  cells: Readonly<Partial<Record<string, number | string>>>,
): Entry[] {
  return Object.entries(NAMES).flatMap(([short, name]) => {
    const value = cells[name];
    return typeof value === "number" ? [[short, shortNumber(value)] as const] : [];
  });
}

function stepEntries({ candle, close, quantiles }: FanStep): Entry[] {
  const told = Object.entries(TOLD).flatMap(([name, level]) => {
    const quantile = quantiles[level];
    return quantile === undefined ? [] : [[name, shortNumber(quantile)] as const];
  });
  return [...entriesOf({ ...candle ?? { close } }), ...told];
}

/** The legend of one panel. */
export class CursorLegend {
  readonly #line: HTMLElement;
  readonly #spoken: HTMLElement;

  /** Writes into the panel's legend. */
  constructor(panel: HTMLElement) {
    this.#line = element(panel, ".legend", HTMLElement);
    this.#spoken = element(panel, ".at-cursor", HTMLElement);
  }

  /** Shows what is at a time of the axis: forecasts that step there, else the file's row. */
  show(time: number | null, file: LoadedFile | null, fans: readonly Fan[]): void {
    const step = fans.flatMap(({ steps }) => steps).find((each) => each.time === time);
    const row = time === null ? undefined : file?.rowAt.get(time);
    const stamp = row?.timestamp ?? step?.candle?.timestamp;
    if (stamp === undefined) {
      this.#line.textContent = "\u00a0";
      this.#spoken.textContent = "";
      return;
    }
    const known = row === undefined ? [] : entriesOf(row.cells);
    const forecast = step === undefined ? [] : [["forecast", ""] as const, ...stepEntries(step)];
    const entries = [...known, ...forecast];
    this.#line.replaceChildren(withText("b", stamp.replace("T", " ")), "  ");
    for (const [name, text] of entries) {
      const span = withText("span", `${name} `);
      span.append(withText("b", text));
      this.#line.append(span);
    }
    this.#spoken.textContent = [stamp, ...entries.map((entry) => entry.join(" "))].join(", ");
  }
}
