/** Command: imports a published checkpoint into a model folder, or writes a model folder anew. */
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { downloadCheckpoint, isHubName } from "./hub.ts";
import { importModel, type ImportSource, MAX_CONTEXT } from "./import_model.ts";
import { plainForecasts } from "./plain_forecasts.ts";
import { renewModel } from "./renew_model.ts";
import { checkTarget } from "./staged_folder.ts";
import { StoppedError, withStopSignals } from "./stop_signals.ts";
import { verifyModel } from "./verify.ts";
import type { Verification } from "./write_model.ts";

const HELP = `Imports a Kronos checkpoint into a model folder and verifies it.

deno task import --model DIR|hf:OWNER/NAME[@REVISION] --tokenizer DIR|hf:... --out DIR
deno task import --from DIR --out DIR

  --from DIR                a model folder, to be written with the graphs of this version; its
                            weights are read from its graphs, its manifest and card stay
  --max-context N           tokens the model attends to, 1 to ${MAX_CONTEXT} (default 512)
  --name NAME               version of the model (default: its source's name)
  --tokenizer-name NAME     version of the tokenizer (default: its source's name)
  --licence NAME            default: what the cards on the hub state, else "unknown"
  --cache DIR               downloads (default .cache/hub)
  --help
HF_TOKEN and HF_ENDPOINT are read from the environment.
`;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 64;
const OPTIONS = {
  model: { type: "string" },
  tokenizer: { type: "string" },
  from: { type: "string" },
  out: { type: "string" },
  "max-context": { type: "string" },
  name: { type: "string" },
  "tokenizer-name": { type: "string" },
  licence: { type: "string" },
  cache: { type: "string", default: ".cache/hub" },
  help: { type: "boolean", default: false },
} as const;
const DEFAULT_CONTEXT = "512";
/** What a folder that is written anew says itself. */
const NOT_WITH_FROM = [
  "model",
  "tokenizer",
  "max-context",
  "name",
  "tokenizer-name",
  "licence",
] as const;

/** Where a command reads its settings and speaks. */
export interface CommandContext {
  /** A variable of the environment. */
  readonly variable: (name: string) => string | undefined;
  /** A line for whoever reads the result. */
  readonly say: (line: string) => void;
  /** A line about a failure. */
  readonly complain: (line: string) => void;
  /** Replaces the line that shows progress; does nothing where there is no terminal. */
  readonly draw: (line: string) => void;
}

interface LocatedSource extends ImportSource {
  readonly licence: string | null;
}

class UsageError extends Error {}

async function locate(
  name: string,
  cache: string,
  { variable, draw }: CommandContext,
): Promise<LocatedSource> {
  if (!isHubName(name)) {
    return { folder: name, origin: basename(resolve(name)), revision: null, licence: null };
  }
  return await downloadCheckpoint(name, {
    cache,
    endpoint: variable("HF_ENDPOINT"),
    token: variable("HF_TOKEN"),
    onProgress: (file, bytes, total) => draw(`${file} ${Math.floor(100 * bytes / total)}%`),
  });
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    for (const [name, value] of Object.entries(values)) {
      if (value === "") throw new UsageError(`--${name} is empty`);
    }
    return values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}

type Values = ReturnType<typeof readArguments>;

/** The licence of the weights that the graphs hold: the model's and the tokenizer's. */
function jointLicence(...sources: readonly LocatedSource[]): string {
  return [...new Set(sources.map(({ licence }) => licence ?? "unknown"))].join(" AND ");
}

const verify: Verification = (folder, weights, tokens, stop) =>
  verifyModel(folder, weights, tokens, plainForecasts, stop);

/** Imports a checkpoint; the model's version. */
async function importCheckpoint(values: Values, context: CommandContext): Promise<string> {
  const { model, tokenizer, out, cache } = values;
  if (model === undefined || tokenizer === undefined || out === undefined) {
    throw new UsageError("--model, --tokenizer and --out are needed");
  }
  const maxContext = Number(values["max-context"] ?? DEFAULT_CONTEXT);
  if (!Number.isSafeInteger(maxContext) || maxContext < 1 || maxContext > MAX_CONTEXT) {
    throw new UsageError(`--max-context must be a whole number from 1 to ${MAX_CONTEXT}`);
  }
  // Before the downloads: nobody wants to hear it after them.
  await checkTarget(out);
  const modelSource = await locate(model, cache, context);
  const tokenizerSource = await locate(tokenizer, cache, context);
  const modelVersion = values.name ?? basename(modelSource.origin);
  await withStopSignals((signal) =>
    importModel({
      model: modelSource,
      tokenizer: tokenizerSource,
      out,
      maxContext,
      modelVersion,
      tokenizerVersion: values["tokenizer-name"] ?? basename(tokenizerSource.origin),
      licence: values.licence ?? jointLicence(modelSource, tokenizerSource),
      verify,
      onPhase: context.draw,
      signal,
    })
  );
  return modelVersion;
}

/** Writes the model folder `from` anew; the model's version. */
async function renew(from: string, values: Values, { draw }: CommandContext): Promise<string> {
  const { out } = values;
  if (out === undefined) throw new UsageError("--from and --out are needed");
  const unfit = NOT_WITH_FROM.find((name) => values[name] !== undefined);
  if (unfit !== undefined) throw new UsageError(`--${unfit} does not go with --from`);
  return await withStopSignals((signal) =>
    renewModel({ from, out, verify, onPhase: draw, signal })
  );
}

async function run(args: readonly string[], context: CommandContext): Promise<void> {
  const values = readArguments(args);
  if (values.help) {
    context.say(HELP);
    return;
  }
  const version = values.from === undefined
    ? await importCheckpoint(values, context)
    : await renew(values.from, values, context);
  context.draw("");
  const path = `KRONOS_MODEL_PATH=${values.out}`;
  context.say(`Wrote and verified ${version}; serve it with: ${path} deno task start`);
}

/** Names in a damaged file may hold anything: an error stays one line, and off the terminal's keys. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\p{Cc}+/gu, " ").trim();
}

/** Runs the command; its exit code. */
export async function importCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  try {
    await run(args, context);
    return 0;
  } catch (error) {
    context.draw("");
    context.complain(oneLine(error));
    if (error instanceof UsageError) context.complain(`\n${HELP}`);
    if (error instanceof StoppedError) return error.exitCode;
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
  }
}
