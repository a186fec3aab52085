/** The house rules that `deno lint` does not know. */

/** Longest file and function, in lines. */
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;

/** Who may import what: a folder keeps its library to itself. */
const KEPT_LIBRARIES: Readonly<Record<string, RegExp>> = {
  "onnxruntime-web": /\/src\/inference\//,
  "hono": /\/src\/http\//,
  "@hono/zod-openapi": /\/src\/http\//,
  "onnx-proto": /\/src\/importer\//,
  "@huggingface/hub": /\/src\/importer\//,
  "prom-client": /\/src\/telemetry\//,
};

/** Files that speak to a terminal, and the log. */
const SPEAKERS =
  /\/(?:bench|tools|examples|src\/cli)\/|\/main\.ts$|telemetry\/log\.ts$|_checkpoint\.ts$/;

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

function keptLibrary(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  return {
    ImportDeclaration(node) {
      const library = node.source.value;
      const keeper = Object.entries(KEPT_LIBRARIES).find(([name]) =>
        library === name || library.startsWith(`${name}/`)
      );
      if (keeper === undefined || keeper[1].test(context.filename)) return;
      context.report({ node, message: `${keeper[0]} is imported by ${keeper[1].source} alone` });
    },
  };
}

function oneLog(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  return {
    MemberExpression(node) {
      if (node.object.type !== "Identifier" || node.object.name !== "console") return;
      if (SPEAKERS.test(context.filename)) return;
      context.report({ node, message: "Write through telemetry/log.ts" });
    },
  };
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "short-function": { create: shortFunction },
    "short-file": { create: shortFile },
    "kept-library": { create: keptLibrary },
    "one-log": { create: oneLog },
  },
};

export default plugin;
