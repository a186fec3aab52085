/** Command: imports a published checkpoint into a model folder. */
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { forecastPlain } from "../kronos/forecast.ts";
import { downloadCheckpoint, isHubName } from "./hub.ts";
import { importModel, type ImportSource } from "./import_model.ts";
import { verifyModel } from "./verify.ts";

const HELP = `Imports a Kronos checkpoint into a model folder and verifies it.

deno task import --model DIR|hf:OWNER/NAME[@REVISION] --tokenizer DIR|hf:... --out DIR

  --max-context N           tokens the model attends to (default 512)
  --name NAME               version of the model (default: its source's name)
  --tokenizer-name NAME     version of the tokenizer (default: its source's name)
  --licence NAME            default: the model card's, else "unknown"
  --cache DIR               downloads (default .cache/hub)
  --help
HF_TOKEN and HF_ENDPOINT are read from the environment.
`;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 64;
const OPTIONS = {
  model: { type: "string" },
  tokenizer: { type: "string" },
  out: { type: "string" },
  "max-context": { type: "string", default: "512" },
  name: { type: "string" },
  "tokenizer-name": { type: "string" },
  licence: { type: "string" },
  cache: { type: "string", default: ".cache/hub" },
  help: { type: "boolean", default: false },
} as const;

class UsageError extends Error {}

function progress(line: string): void {
  if (Deno.stderr.isTerminal()) {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line}`));
  }
}

async function locate(
  name: string,
  cache: string,
): Promise<ImportSource & { readonly licence: string | null }> {
  if (!isHubName(name)) {
    return { folder: name, origin: basename(resolve(name)), revision: null, licence: null };
  }
  return await downloadCheckpoint(name, {
    cache,
    endpoint: Deno.env.get("HF_ENDPOINT"),
    token: Deno.env.get("HF_TOKEN"),
    onProgress: (file, bytes, total) => progress(`${file} ${Math.floor(100 * bytes / total)}%`),
  });
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}

async function run(args: string[]): Promise<void> {
  const values = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { model, tokenizer, out, cache } = values;
  if (model === undefined || tokenizer === undefined || out === undefined) {
    throw new UsageError("--model, --tokenizer and --out are needed");
  }
  const maxContext = Number(values["max-context"]);
  if (!Number.isSafeInteger(maxContext) || maxContext < 1) {
    throw new UsageError("--max-context must be a whole number above 0");
  }
  const modelSource = await locate(model, cache);
  const tokenizerSource = await locate(tokenizer, cache);
  await importModel({
    model: modelSource,
    tokenizer: tokenizerSource,
    out,
    maxContext,
    modelVersion: values.name ?? basename(modelSource.origin),
    tokenizerVersion: values["tokenizer-name"] ?? basename(tokenizerSource.origin),
    licence: values.licence ?? modelSource.licence ?? "unknown",
    verify: (folder, weights, tokens) => verifyModel(folder, weights, tokens, forecastPlain),
    onPhase: progress,
  });
  progress("");
}

try {
  await run(Deno.args);
} catch (error) {
  progress("");
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) console.error(`\n${HELP}`);
  Deno.exit(error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE);
}
