/** Holds the documentation of what modules export: `deno doc --lint` over every source file. */

const SOURCE = new URL("../src/", import.meta.url);

async function sources(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await sources(new URL(`${name}/`, folder)));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      found.push(new URL(name, folder).pathname);
    }
  }
  return found.sort();
}

const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...await sources(SOURCE)],
  stdout: "null",
}).spawn().status;
Deno.exit(code);
