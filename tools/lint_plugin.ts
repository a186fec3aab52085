/** The house rules that `deno lint` does not know. */
import { resolve } from "node:path";
import { forbiddenImport } from "./folder_imports.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** Longest file and function, in lines. */
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;

/** The places that keep a library to themselves. */
const KEPT_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "onnxruntime-web": ["src/inference/"],
  "hono": ["src/http/"],
  "hono-rate-limiter": ["src/http/"],
  "@hono/zod-openapi": ["src/http/"],
  "onnx-proto": [
    "src/importer/",
    "src/inference/graph_bytes.ts",
    "src/inference/int8_weights.ts",
    "src/inference/sorted_filter.ts",
    "src/inference/step_graph.ts",
  ],
  "@huggingface/hub": ["src/importer/"],
  "ml-matrix": ["src/importer/"],
  "prom-client": ["src/telemetry/"],
  "@opentelemetry/api": ["src/telemetry/"],
};

/** Files that speak to a terminal, and the log. */
const SPEAKERS =
  /^(?:bench|tools|examples|load|src\/cli)\/|(?:^|\/)main\.ts$|^src\/telemetry\/log\.ts$|_checkpoint\.ts$/;

/** A file's path below the repository's root, wherever that is checked out. */
function pathOf({ filename }: Deno.lint.RuleContext): string {
  return filename.startsWith(`${ROOT}/`) ? filename.slice(ROOT.length + 1) : filename;
}

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

function lines(text: string): number {
  return text.split("\n").length;
}

function shortFunction(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const look = (node: FunctionNode): void => {
    // A test's function is its list of steps.
    if (context.filename.endsWith("_test.ts")) return;
    const length = lines(context.sourceCode.getText(node));
    if (length <= MAX_FUNCTION_LINES) return;
    const message = `This function has ${length} lines, more than ${MAX_FUNCTION_LINES}`;
    context.report({ node, message });
  };
  return {
    FunctionDeclaration: look,
    FunctionExpression: look,
    ArrowFunctionExpression: look,
  };
}

function shortFile(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  return {
    Program(node) {
      const length = lines(context.sourceCode.text.trimEnd());
      if (length <= MAX_FILE_LINES) return;
      const message = `This file has ${length} lines, more than ${MAX_FILE_LINES}`;
      context.report({ node, message });
    },
  };
}

type ImportNode =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ExportNamedDeclaration
  | Deno.lint.ExportAllDeclaration
  | Deno.lint.ImportExpression;

/** Calls `look` with every module that a file names, however it imports it. */
function everyImport(
  look: (node: ImportNode, specifier: string) => void,
): Deno.lint.LintVisitor {
  const visit = (node: ImportNode): void => {
    const { source } = node;
    if (source?.type === "Literal" && typeof source.value === "string") look(node, source.value);
  };
  return {
    ImportDeclaration: visit,
    ExportNamedDeclaration: visit,
    ExportAllDeclaration: visit,
    ImportExpression: visit,
  };
}

function keptLibrary(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  return everyImport((node, library) => {
    const keeper = Object.entries(KEPT_LIBRARIES).find(([name]) =>
      library === name || library.startsWith(`${name}/`)
    );
    if (keeper === undefined) return;
    const [name, places] = keeper;
    if (places.some((place) => pathOf(context).startsWith(place))) return;
    context.report({ node, message: `${name} is imported by ${places.join(" and ")} alone` });
  });
}

function oneWay(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  return everyImport((node, specifier) => {
    const message = forbiddenImport(pathOf(context), specifier);
    if (message !== null) context.report({ node, message });
  });
}

function oneLog(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  return {
    MemberExpression(node) {
      if (node.object.type !== "Identifier" || node.object.name !== "console") return;
      if (SPEAKERS.test(pathOf(context))) return;
      context.report({ node, message: "Write through telemetry/log.ts" });
    },
  };
}

/** The rules, under the names `house/<rule>`. */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "short-function": { create: shortFunction },
    "short-file": { create: shortFile },
    "kept-library": { create: keptLibrary },
    "one-way": { create: oneWay },
    "one-log": { create: oneLog },
  },
};

export default plugin;
