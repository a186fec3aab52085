/** Which folder of `src` may import which. Imports go one way, so that each can be read without the next. */

/** What a folder, or a file at the top of `src`, may import beside itself: folders, or single files of one. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["config.ts", "telemetry", "lifecycle", "http", "forecast"],
  "config.ts": ["settings"],
  settings: [],
  telemetry: [],
  lifecycle: ["config.ts", "settings", "telemetry", "http", "forecast", "inference", "kronos"],
  http: ["config.ts", "telemetry", "evaluation", "forecast", "inference/engine.ts", "kronos"],
  forecast: ["inference/engine.ts", "inference/replica_fault.ts", "kronos"],
  inference: ["kronos"],
  kronos: [],
  importer: ["kronos", "inference"],
  evaluation: ["forecast", "inference/engine.ts", "kronos"],
  chart: ["kronos"],
  cli: ["config.ts", "chart", "evaluation", "forecast", "inference", "kronos"],
};

/** Whether a path is a test, or stands in for something in tests. */
function isForTests(path: string): boolean {
  return path.endsWith("_test.ts") || path.includes("/testing/");
}

/**
 * Why a module may not import another; null where it may. Tests may import anything.
 *
 * @param from path of the module below the repository's root: `src/http/app.ts`
 * @param specifier as the module writes it: `../forecast/forecast.ts`
 */
export function forbiddenImport(from: string, specifier: string): string | null {
  if (!from.startsWith("src/") || !specifier.startsWith(".") || isForTests(from)) return null;
  const target = new URL(specifier, `file:///${from}`).pathname.slice(1);
  if (!target.startsWith("src/")) return `src imports nothing outside itself, such as ${target}`;
  if (isForTests(target)) return `only tests import ${target}`;
  const [folder, to] = [from, target].map((path) => path.split("/")[1]);
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) {
    return `src/${folder} is missing from the table in tools/folder_imports.ts`;
  }
  const path = target.slice("src/".length);
  if (folder === to || allowed.includes(to) || allowed.includes(path)) return null;
  const names = allowed.length === 0 ? "nothing of ours" : allowed.join(", ");
  return `src/${folder} imports ${names}; not ${path}`;
}
