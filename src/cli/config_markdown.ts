/** The settings as docs/configuration.md: what they are, never what they are set to. */
import type { SETTINGS } from "../config.ts";

/** What the document needs of a setting; see `SETTINGS`. */
export interface DescribedSetting {
  /** The environment variable. */
  readonly variable: string;
  /** Unit of the value, or what kind of value it is. */
  readonly unit: string;
  /** The default; null where there is none. */
  readonly fallback: unknown;
  /** What it is for, and why the default is what it is. */
  readonly reason: string;
}

/** Defaults that differ from machine to machine, in words: the document is the same on all of them. */
export const MACHINE_DEFAULTS: Readonly<Partial<Record<keyof typeof SETTINGS, string>>> = {
  workers: "one a core",
  cacheMb: "from the memory",
  queueTokens: "from the memory",
  queueMb: "from the memory",
};

const HEADER = `# Configuration

Settings are environment variables, read and checked once at the start; an empty one counts as
absent. \`deno task config\` prints the values of this machine, and what is wrong with them.

This file is written by \`deno task config --markdown\` from the tables in \`src/settings/\`: change it
there.

`;

/** Lets a text stand in a cell of a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function fallbackCell(name: string, fallback: unknown): string {
  const inWords = (MACHINE_DEFAULTS as Readonly<Record<string, string | undefined>>)[name];
  if (inWords !== undefined) return inWords;
  const text = String(fallback ?? "");
  return text === "" ? "none" : `\`${cell(text)}\``;
}

/**
 * The document, formatted as `deno fmt` wants it.
 *
 * @param settings by the name that the code uses
 */
export function configMarkdown(settings: Readonly<Record<string, DescribedSetting>>): string {
  const rows = Object.entries(settings).map(([name, { variable, unit, fallback, reason }]) => [
    `\`${variable}\``,
    cell(unit),
    fallbackCell(name, fallback),
    cell(reason),
  ]);
  const table = [["variable", "unit", "default", "what for, and why"], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    `| ${row.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return `${HEADER}${lines.join("\n")}\n`;
}
