/**
 * Leaves in node_modules what the service loads: the image needs neither the packages of the tests and
 * the importer, nor the builds of onnxruntime-web for browsers. `deno run -A
 * tools/keep_runtime_packages.ts MODULE...`, with every module that a process or Worker starts with.
 */
import { basename } from "node:path";

/** A package of `deno info --json`. */
interface NpmPackage {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** What `deno info --json` says of a module and all that it imports. */
interface ModuleInfo {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

/** Packages whose files are read, not imported. */
const READ_PACKAGES = [
  "csv-parse",
  "eventsource-parser",
  "lightweight-charts",
  "openapi-fetch",
  "swagger-ui-dist",
];

/** Files of packages that come in many builds; the others are left out. */
const KEPT_FILES: Readonly<Record<string, RegExp>> = {
  "csv-parse": /^(?:package\.json|LICENSE|sync\.js)$/,
  "lightweight-charts":
    /^(?:package\.json|LICENSE|lightweight-charts\.(?:standalone\.)?production\.mjs)$/,
  "onnxruntime-web":
    /^(?:package\.json|LICENSE|ort\.node\.min\.mjs|ort-wasm-simd-threaded\.(?:mjs|wasm))$/,
  "swagger-ui-dist":
    /^(?:package\.json|LICENSE|NOTICE|swagger-ui\.css|swagger-ui-bundle\.js(?:\.LICENSE\.txt)?)$/,
};

async function moduleInfo(module: string): Promise<ModuleInfo> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", module],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`Cannot read the imports of ${module}: exit code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Packages that a module needs, and theirs. */
function neededPackages({ modules, npmPackages }: ModuleInfo): NpmPackage[] {
  const read = Object.keys(npmPackages).filter((id) =>
    READ_PACKAGES.includes(npmPackages[id].name)
  );
  const needed = new Set(read);
  for (const { npmPackage } of modules) if (npmPackage !== undefined) needed.add(npmPackage);
  // A set is walked in the order of adding, also what is added on the way.
  for (const id of needed) for (const other of npmPackages[id].dependencies) needed.add(other);
  return [...needed].map((id) => npmPackages[id]);
}

/** Removes files of a folder, and of those below, whose name does not fit. */
async function keepFiles(folder: string, kept: RegExp): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await keepFiles(path, kept);
    else if (!kept.test(name)) await Deno.remove(path);
  }
}

/** The folder of node_modules/.deno that holds the package. */
function storeFolder({ localPath }: NpmPackage): string {
  return localPath.split("/node_modules/.deno/")[1].split("/")[0];
}

const packages = (await Promise.all(Deno.args.map(moduleInfo))).flatMap(neededPackages);
const keep = new Set(packages.map(storeFolder));
const store = "node_modules/.deno";
for await (const { name, isDirectory } of Deno.readDir(store)) {
  if (isDirectory && name !== "node_modules" && !keep.has(name)) {
    await Deno.remove(`${store}/${name}`, { recursive: true });
  }
}
for (const { name, localPath } of packages) {
  const kept = KEPT_FILES[name];
  if (kept !== undefined) await keepFiles(localPath, kept);
}
console.log(
  `kept ${keep.size} packages of ${basename(Deno.cwd())}: ${[...keep].sort().join(", ")}`,
);
