/** `load/run.ts` as a process of its own. */
import { type Document, DOMParser } from "@xmldom/xmldom";
import { ROOT } from "../deploy/command_output.ts";

/** How a run ended. */
export interface LoadRun {
  /** The exit code. */
  readonly code: number;
  /** All that it said. */
  readonly output: string;
}

/** Starts a scenario, with the permissions of its task. */
export function startLoadCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=load", "load/run.ts", ...args],
    cwd: ROOT,
    env: { ...environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a scenario to its end. */
export async function loadCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<LoadRun> {
  await using command = startLoadCommand(args, environment);
  const { code, stdout, stderr } = await command.output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: said + complained };
}

/** The document of a text that is well-formed XML. */
export function wellFormed(text: string): Document {
  return new DOMParser({
    onError(level, message) {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(text, "text/xml");
}
