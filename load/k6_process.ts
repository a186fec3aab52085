/** k6 as a process. */

/** The version that the scenarios are written and tested for. */
export const K6_VERSION = "v1.8.1";

/** k6 is not there. */
export class MissingK6Error extends Error {
  /** For logs. */
  override name = "MissingK6Error";

  /** Says how to get it. */
  constructor() {
    super(
      `Cannot run the load test: no k6 on the PATH. Get it with Go:\n` +
        `  go install go.k6.io/k6@${K6_VERSION}\n` +
        `  export PATH="$(go env GOPATH)/bin:$PATH"\n` +
        `or as https://grafana.com/docs/k6/latest/set-up/install-k6/ says.`,
    );
  }
}

/** Without a report of its use, an extension fetched from elsewhere, or a port of its own. */
const QUIET = {
  K6_NO_USAGE_REPORT: "true",
  K6_AUTO_EXTENSION_RESOLUTION: "false",
  K6_ADDRESS: "",
};

/**
 * Starts a scenario.
 *
 * @param variables as the scenarios read them (`load/script/load_options.ts`)
 * @param stdout where its summary goes; what goes wrong is on stderr in any case
 * @throws {MissingK6Error}
 */
export function startK6(
  script: string,
  variables: Readonly<Record<string, string>>,
  stdout: "inherit" | "null" = "inherit",
): Deno.ChildProcess {
  const variablesOf = Object.entries(variables).flatMap(([name, value]) => [
    "--env",
    `${name}=${value}`,
  ]);
  try {
    return new Deno.Command("k6", {
      args: ["run", "--quiet", "--no-color", ...variablesOf, script],
      env: QUIET,
      stdin: "null",
      stdout,
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new MissingK6Error();
    throw error;
  }
}

/** Fails where k6 is missing, before anything else is started. */
export async function requireK6(): Promise<void> {
  try {
    await new Deno.Command("k6", { args: ["version"], stdout: "null", stderr: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new MissingK6Error();
    throw error;
  }
}
