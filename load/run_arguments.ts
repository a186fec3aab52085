/** What `deno task load:...` is told: a scenario, and flags that become variables of k6. */
import { parseArgs } from "node:util";
import { VARIABLES } from "./script/load_options.ts";

/** Scenarios, by what each is for. */
export const SCENARIOS: Readonly<Record<string, string>> = {
  smoke: "every kind of request, a few times",
  average: "a usual day: every forecast is answered, soon enough",
  stress: "twice and four times the usual rate, and whether it recovers",
  spike: "ten times the usual rate from one second to the next",
  soak: "the usual rate for long: latency and memory stay",
  breakpoint: "rates in steps: the knee, and latency by rate",
  rolling_restart: "two instances behind HAProxy restarted in turn: nothing fails",
  mixed: "single forecasts, batches, probes and wrong requests at once",
};

/** Flags, each with the variable of k6 that it sets. */
const FLAGS: Readonly<Record<string, string>> = {
  duration: VARIABLES.durationS,
  rate: VARIABLES.ratePerSecond,
  candles: VARIABLES.candles,
  horizon: VARIABLES.horizon,
  paths: VARIABLES.paths,
  seed: VARIABLES.seed,
  "latency-ms": VARIABLES.latencyMs,
  "max-clients": VARIABLES.maxClients,
  results: VARIABLES.results,
};

/** What to do. */
export interface RunPlan {
  /** One of `SCENARIOS`. */
  readonly scenario: string;
  /** Where the service is; null where it is to be started. */
  readonly baseUrl: string | null;
  /** Folder of the reports. */
  readonly results: string;
  /** For k6. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The text of `--help`, and of a command that cannot be read. */
export function usage(): string {
  const scenarios = Object.entries(SCENARIOS).map(([name, what]) => `  ${name.padEnd(16)}${what}`);
  const flags = Object.entries(FLAGS).map(([flag, variable]) => `--${flag} (${variable})`);
  return [
    "deno task load:SCENARIO [flags]",
    ...scenarios,
    `flags, or variables: ${flags.join(", ")}`,
    "BASE_URL=http://host:port tests a service that runs; without it one is started.",
    "API_KEY is sent as a bearer token.",
  ].join("\n");
}

/**
 * Reads the command line.
 *
 * @param environment where a flag is absent, its variable counts
 * @throws {TypeError} on a scenario or a flag that there is not
 */
export function readRunPlan(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): RunPlan {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(
      Object.keys(FLAGS).map((flag) => [flag, { type: "string" as const }]),
    ),
  });
  const [scenario] = positionals;
  if (positionals.length !== 1 || !Object.hasOwn(SCENARIOS, scenario)) {
    throw new TypeError(`Cannot run "${positionals.join(" ")}": not one scenario\n${usage()}`);
  }
  const given: Record<string, string> = {};
  for (const variable of Object.values(VARIABLES)) {
    const value = environment[variable] ?? "";
    if (value !== "") given[variable] = value;
  }
  for (const [flag, variable] of Object.entries(FLAGS)) {
    const value = values[flag];
    if (typeof value === "string") given[variable] = value;
  }
  const results = given[VARIABLES.results] ?? "load/results";
  return {
    scenario,
    baseUrl: given[VARIABLES.baseUrl] ?? null,
    results,
    variables: { ...given, [VARIABLES.results]: results },
  };
}
