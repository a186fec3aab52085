/** Command: `deno doc --lint` over every module that others may import; one finding fails. */
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? ".", "..");
const FOLDERS = ["src", "page", "clients/typescript/src", "bench", "tools", "examples", "load"];

/** Made by `deno task client:types`: what it describes is described in the OpenAPI document. */
const GENERATED = "api_types.ts";

/** Not for others: what only tests import, and scripts that k6 alone runs. */
const INTERNAL_FOLDERS = ["testing", "scenarios"];

/** Modules below a folder, without tests and internal ones. */
async function modules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (INTERNAL_FOLDERS.includes(name) || name === GENERATED) continue;
    if (isDirectory) found.push(...await modules(path));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) found.push(path);
  }
  return found.sort();
}

const files = (await Promise.all(FOLDERS.map((folder) => modules(join(ROOT, folder))))).flat();
const { code, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...files],
  cwd: ROOT,
  stdout: "null",
  stderr: "piped",
}).output();
if (code !== 0) await Deno.stderr.write(stderr);
Deno.exit(code);
