/** The repository's own files, as the rules read them. */
import { resolve } from "node:path";
import type { TextFile } from "./text_file.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/** Folders that hold nothing of ours: dependencies, results, caches, and those whose name has a dot. */
const FOREIGN_FOLDERS = ["node_modules", "coverage", "dist", "results", "__pycache__"];

/** Files that people read and write; data and generated files are looked at by name alone. */
const TEXT = /\.(?:ts|js|md|py|sh|ya?ml|json)$|(?:^|\/)(?:Dockerfile|run)$/;

/** Written by a task, and compared with what it writes by a test. */
const GENERATED = ["clients/typescript/src/api_types.ts"];

/** What is in the repository. */
export interface RepositoryFiles {
  /** Every file and folder, below the root; folders end with `/`. */
  readonly paths: readonly string[];
  /** The texts among the files. */
  readonly texts: readonly TextFile[];
}

async function walk(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(resolve(ROOT, folder))) {
    const path = `${folder}${name}`;
    if (!isDirectory) found.push(path);
    else if (name === ".ci" || !(name.startsWith(".") || FOREIGN_FOLDERS.includes(name))) {
      found.push(`${path}/`, ...await walk(`${path}/`));
    }
  }
  return found.sort();
}

/** Reads the repository. */
export async function readRepositoryFiles(): Promise<RepositoryFiles> {
  const paths = await walk("");
  const written = paths.filter((path) => TEXT.test(path) && !GENERATED.includes(path));
  const texts = written.map(async (path) => ({
    path,
    text: await Deno.readTextFile(resolve(ROOT, path)),
  }));
  return { paths, texts: await Promise.all(texts) };
}
