/// <reference lib="dom" />
/** The colours of the page as the chart takes them: the style sheet has them, for light and dark. */

/** Colours by what they show. */
export interface Palette {
  /** Behind the chart. */
  readonly card: string;
  /** Text of the axes. */
  readonly soft: string;
  /** Lines of the grid. */
  readonly grid: string;
  /** Edges of the axes. */
  readonly line: string;
  /** A rising candle. */
  readonly up: string;
  /** A falling one. */
  readonly down: string;
  /** Red, green and blue of the fan, between commas. */
  readonly fan: string;
}

const NAMES = ["card", "soft", "grid", "line", "up", "down", "fan"] as const;

/** The colours as they are now. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const entries = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as unknown as Palette;
}

/** Calls when somebody, or the evening, turns light into dark or back. */
export function onPaletteChange(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
