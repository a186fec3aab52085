/**
 * `deno task load:SCENARIO`: starts the service, runs the scenario's k6 script, stops the service. Exits
 * with k6's code where it is not 0 (99: an objective was crossed), with 1 where the service did not
 * stop cleanly, with 2 on a command that cannot be read, with 127 where k6 is missing.
 */
import { MissingK6Error, requireK6, startK6 } from "./k6_process.ts";
import { readRunPlan, type RunPlan } from "./run_arguments.ts";
import {
  restartedService,
  runningService,
  startedService,
  type TestedService,
} from "./tested_service.ts";

/** Of a command that cannot be read. */
const WRONG_USAGE = 2;

/** Of a shell that does not find a command. */
const COMMAND_NOT_FOUND = 127;

/** Of a shell whose command was interrupted. */
const INTERRUPTED = 130;

function serviceFor({ scenario, baseUrl }: RunPlan): Promise<TestedService> | TestedService {
  if (baseUrl !== null) return runningService(baseUrl);
  return scenario === "rolling_restart" ? restartedService() : startedService();
}

/** Lets k6 end by itself when this command is interrupted; returns whether it was. */
function passInterruptsTo(k6: Deno.ChildProcess): { interrupted(): boolean } & Disposable {
  let interrupted = false;
  const pass = (): void => {
    if (!interrupted) k6.kill("SIGINT");
    interrupted = true;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, pass);
  return {
    interrupted: () => interrupted,
    [Symbol.dispose]() {
      for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, pass);
    },
  };
}

/** Runs the plan; the exit code. */
async function run(plan: RunPlan): Promise<number> {
  await requireK6();
  await Deno.mkdir(plan.results, { recursive: true });
  await using service = await serviceFor(plan);
  const script = new URL(`scenarios/${plan.scenario}.ts`, import.meta.url).pathname;
  await using k6 = startK6(script, { ...plan.variables, BASE_URL: service.baseUrl });
  using interrupts = passInterruptsTo(k6);
  const ended = k6.status;
  await service.during(ended);
  const { code } = await ended;
  // An interrupt reaches the service too, where it comes from a terminal.
  if (interrupts.interrupted()) return INTERRUPTED;
  for (const line of await service.stop()) console.log(line);
  console.log(`reports: ${plan.results}/${plan.scenario}.html, .json, .xml`);
  return code;
}

/** The plan of the command line, or its usage and exit code 2. */
function planOrUsage(): RunPlan {
  try {
    return readRunPlan(Deno.args, Deno.env.toObject());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    Deno.exit(WRONG_USAGE);
  }
}

try {
  Deno.exit(await run(planOrUsage()));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  Deno.exit(error instanceof MissingK6Error ? COMMAND_NOT_FOUND : 1);
}
