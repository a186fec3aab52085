/**
 * Settings: environment variables, checked at start. The tables in `settings/` name each with its unit,
 * default and reason; parsing, `deno task config` and docs/configuration.md come from them.
 */
import { ACCESS_SETTINGS, accessProblem } from "./settings/access_settings.ts";
import { BACKTEST_SETTINGS } from "./settings/backtest_settings.ts";
import { DRAIN_SETTINGS, phaseProblem, PLATFORM_PHASES } from "./settings/drain_settings.ts";
import { FORECAST_SETTINGS } from "./settings/forecast_settings.ts";
import { HTTP_SETTINGS } from "./settings/http_settings.ts";
import { MODEL_SETTINGS } from "./settings/model_settings.ts";
import { RESILIENCE_SETTINGS } from "./settings/resilience_settings.ts";
import { QUEUE_SETTINGS } from "./settings/queue_settings.ts";

/** Every setting, by the name that the code uses. */
export const SETTINGS:
  & typeof HTTP_SETTINGS
  & typeof ACCESS_SETTINGS
  & typeof MODEL_SETTINGS
  & typeof FORECAST_SETTINGS
  & typeof BACKTEST_SETTINGS
  & typeof QUEUE_SETTINGS
  & typeof RESILIENCE_SETTINGS
  & typeof DRAIN_SETTINGS = {
    ...HTTP_SETTINGS,
    ...ACCESS_SETTINGS,
    ...MODEL_SETTINGS,
    ...FORECAST_SETTINGS,
    ...BACKTEST_SETTINGS,
    ...QUEUE_SETTINGS,
    ...RESILIENCE_SETTINGS,
    ...DRAIN_SETTINGS,
  };

/** The settings, frozen. */
export type Config = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]["fallback"];
};

/** Variables of the Python service that are refused, since they name what to download. */
export const FROM_PYTHON: readonly string[] = ["KRONOS_MODEL_ID", "KRONOS_TOKENIZER_ID"];

const IMPORT_COMMAND = "deno task import --model hf:NeoQuasar/Kronos-small " +
  "--tokenizer hf:NeoQuasar/Kronos-Tokenizer-base --out models/small";

/** Settings that cannot be used; the message has a line for each. */
export class ConfigError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override name = "ConfigError";

  /** The message joins `problems`, one clear line each. */
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

function isAbsent(value: string | undefined): value is undefined | "" {
  return value === undefined || value === "";
}

/** Variables that would be ignored in silence, though whoever set them counts on them. */
function refusedVariables(environment: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  for (const variable of FROM_PYTHON) {
    if (isAbsent(environment[variable])) continue;
    problems.push(
      `${variable}: models are imported before the start, with: ${IMPORT_COMMAND}; ` +
        "then set KRONOS_MODEL_PATH",
    );
  }
  return problems;
}

/** Phases that the environment does not set are the platform's. */
function withPlatformPhases(
  config: Config,
  environment: Readonly<Record<string, string>>,
): Config {
  const phases = Object.entries(PLATFORM_PHASES[config.platform]).filter(([name]) =>
    isAbsent(environment[SETTINGS[name as keyof typeof SETTINGS].variable])
  );
  return { ...config, ...Object.fromEntries(phases) };
}

/**
 * Reads the settings. An empty variable counts as absent.
 *
 * @throws ConfigError naming every bad variable
 */
export function readConfig(environment: Readonly<Record<string, string>>): Config {
  const values: Record<string, unknown> = {};
  const problems = refusedVariables(environment);
  for (const [name, { variable, fallback, schema, unit }] of Object.entries(SETTINGS)) {
    const given = environment[variable];
    if (isAbsent(given)) {
      values[name] = fallback;
      continue;
    }
    const parsed = schema.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else {
      const why = parsed.error.issues[0].message;
      problems.push(`${variable}=${given}: ${why} (${unit})`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = withPlatformPhases(values as Config, environment);
  const together = [phaseProblem(config), accessProblem(config)].filter((found) => found !== null);
  if (together.length > 0) throw new ConfigError(together);
  return Object.freeze(config);
}

/** Variables of ours by their name that no setting reads: likely misspelt. */
export function unknownVariables(environment: Readonly<Record<string, string>>): string[] {
  const known = new Set([
    ...Object.values(SETTINGS).map(({ variable }) => variable),
    ...FROM_PYTHON,
    "KRONOS_REQUIRE_TOOLS",
  ]);
  return Object.keys(environment).filter((name) => name.startsWith("KRONOS_") && !known.has(name));
}
