/** Rules of the documents: what they name exists. */
import { type Finding, findingAt, type TextFile } from "./text_file.ts";

const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)/gm;
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;
const FENCE = /^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm;
const TASK = /\bdeno(?:@[\d.]+)?\s+task\s+(?:-\S+\s+)*([a-z][\w:-]*)/g;
const VARIABLE = /\bKRONOS_[A-Z0-9_]+/g;
const NAMED_PATH =
  /`((?:src|tests|tools|bench|docs|examples|models|deploy|load|training)\/[\w./-]+)`/g;

function documents(files: readonly TextFile[]): TextFile[] {
  return files.filter(({ path }) => path.endsWith(".md"));
}

/** Blanks what is between fences, so that places stay where they are. */
function withoutFences(text: string): string {
  return text.replace(FENCE, (block) => block.replace(/[^\n]/g, " "));
}

/** Anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    let anchor = slug;
    for (let again = 1; found.has(anchor); again++) anchor = `${slug}-${again}`;
    found.add(anchor);
  }
  return found;
}

/** What a path written in `from` names, below the root; folders without the `/` at their end. */
function resolved(from: string, path: string): string {
  return new URL(path, `file:///${from}`).pathname.slice(1).replace(/\/$/, "");
}

/**
 * Relative links lead to a file or folder of the repository, and their anchors to a heading.
 *
 * @param paths below the root; folders end with `/`
 */
export function deadLinks(files: readonly TextFile[], paths: readonly string[]): Finding[] {
  const known = new Set(["", ...paths.map((path) => path.replace(/\/$/, ""))]);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return documents(files).flatMap((file) =>
    [...withoutFences(file.text).matchAll(LINK)].flatMap((match) => {
      const link = match[1] ?? match[2];
      if (ELSEWHERE.test(link)) return [];
      const [path, anchor] = link.split("#", 2);
      const target = path === "" ? file.path : resolved(file.path, path);
      const refuse = (message: string): Finding[] => [findingAt(file, match.index, message)];
      if (path.startsWith("/")) return refuse(`${link} is not relative`);
      if (!known.has(target)) return refuse(`${link} leads to ${target}, which does not exist`);
      if (anchor === undefined) return [];
      return anchors(texts.get(target) ?? "").has(anchor)
        ? []
        : refuse(`${link} leads to a heading that ${target} does not have`);
    })
  );
}

/** Paths in backticks exist, in the repository's folders at least. */
export function missingPaths(files: readonly TextFile[], paths: readonly string[]): Finding[] {
  const known = new Set(paths.map((path) => path.replace(/\/$/, "")));
  return documents(files).flatMap((file) =>
    [...file.text.matchAll(NAMED_PATH)].filter(([, path]) => !known.has(path.replace(/\/$/, "")))
      .map(({ 1: path, index }) => findingAt(file, index, `${path} does not exist`))
  );
}

/** Tasks that documents name are tasks of deno.json. */
export function unknownTasks(files: readonly TextFile[], tasks: readonly string[]): Finding[] {
  return documents(files).flatMap((file) =>
    [...file.text.matchAll(TASK)].filter(([, task]) => !tasks.includes(task))
      .map(({ 1: task, index }) => findingAt(file, index, `deno.json has no task ${task}`))
  );
}

/** Variables that documents name are known; one that ends with `_` stands for all that begin so. */
export function unknownVariables(
  files: readonly TextFile[],
  known: readonly string[],
): Finding[] {
  const isKnown = (name: string): boolean =>
    known.some((variable) => name.endsWith("_") ? variable.startsWith(name) : variable === name);
  return documents(files).flatMap((file) =>
    [...file.text.matchAll(VARIABLE)].filter(([name]) => !isKnown(name))
      .map(({ 0: name, index }) => findingAt(file, index, `${name} is not a setting`))
  );
}

const TEST_CELL = /^\|[^|]*\|\s*`([^`]+)`\s*\|$/gm;

/** Tables of that document name tests, alone in their last of two cells: each must be in a test file. */
export function unknownTests(document: TextFile, files: readonly TextFile[]): Finding[] {
  const tests = files.filter(({ path }) => path.endsWith("_test.ts")).map(({ text }) => text);
  const named = [...document.text.matchAll(TEST_CELL)];
  if (named.length === 0) return [findingAt(document, 0, "names no test")];
  return named.filter(([, name]) => !tests.some((text) => text.includes(name)))
    .map((match) => findingAt(document, match.index, `no test is named "${match[1]}"`));
}
