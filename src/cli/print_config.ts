/** `deno task config`: every setting with its value, default, unit and reason. */
import { ConfigError, readConfig, SETTINGS } from "../config.ts";

try {
  const config = readConfig(Deno.env.toObject());
  for (const [name, { variable, unit, fallback, reason }] of Object.entries(SETTINGS)) {
    const value = config[name as keyof typeof SETTINGS];
    console.log(
      `${variable}=${value ?? ""}  (default ${fallback ?? "none"}, ${unit})\n    ${reason}`,
    );
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) console.error(`Bad configuration: ${problem}`);
  Deno.exit(78);
}
