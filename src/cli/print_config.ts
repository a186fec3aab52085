/**
 * `deno task config`: every setting with its value, default, unit and reason. With `--markdown`
 * docs/configuration.md, which has no values.
 */
import { parseArgs } from "node:util";
import { ConfigError, readConfig, SETTINGS } from "../config.ts";
import { configMarkdown } from "./config_markdown.ts";
import { shownValue } from "./shown_value.ts";

/** A setting that cannot be used, as sysexits.h has it. */
const EXIT_CONFIG = 78;

/** Prints the values of this machine, or what is wrong with them. */
function printValues(): void {
  try {
    const config = readConfig(Deno.env.toObject());
    for (const [name, { variable, unit, fallback, reason }] of Object.entries(SETTINGS)) {
      const value = shownValue(variable, config[name as keyof typeof SETTINGS]);
      const byDefault = String(fallback ?? "") || "none";
      console.log(`${variable}=${value}  (default ${byDefault}, ${unit})\n    ${reason}`);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(`Bad configuration: ${problem}`);
    Deno.exit(EXIT_CONFIG);
  }
}

const { values } = parseArgs({ args: Deno.args, options: { markdown: { type: "boolean" } } });
if (values.markdown) await Deno.stdout.write(new TextEncoder().encode(configMarkdown(SETTINGS)));
else printValues();
