/** Rules that a file keeps by itself. */
import { type Finding, findingAt, type TextFile } from "./text_file.ts";

/** Lines of a file of code at most: what is longer does more than one thing. */
const MAX_LINES = 300;

const CODE = /\.(?:ts|js|py|sh)$/;

/** Names that say nothing about what is inside. */
const VAGUE = /^(?:utils?|helpers?|common|misc|managers?)$/;

/** Marks of unfinished work, in pieces so that this file has none. */
const MARKS = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"];

/** Comments that switch a check off, in pieces so that this file has none. */
const SILENCERS = ["deno-" + "lint-ignore", "@" + "ts-ignore", "@" + "ts-expect-error"].concat(
  "@" + "ts-nocheck",
  "deno-" + "fmt-ignore",
);

/** Code files are at most 300 lines long. */
export function longFiles(files: readonly TextFile[]): Finding[] {
  return files.filter(({ path }) => CODE.test(path)).flatMap((file) => {
    const lines = file.text.trimEnd().split("\n").length;
    if (lines <= MAX_LINES) return [];
    const message = `the file has ${lines} lines, more than ${MAX_LINES}`;
    return [{ place: `${file.path}:${MAX_LINES + 1}`, message }];
  });
}

/**
 * Files and folders have names that say what is inside.
 *
 * @param paths below the root; folders end with `/`
 */
export function vagueNames(paths: readonly string[]): Finding[] {
  return paths.flatMap((path) => {
    const name = path.replace(/\/$/, "").split("/").at(-1) ?? "";
    const vague = name.split(".")[0].toLowerCase().split(/[_-]/).find((word) => VAGUE.test(word));
    return vague === undefined
      ? []
      : [{ place: `${path}:1`, message: `the name says "${vague}", not what is inside` }];
  });
}

function occurrences(file: TextFile, pattern: RegExp, message: (found: string) => string) {
  return [...file.text.matchAll(pattern)].map(({ 0: found, index }) =>
    findingAt(file, index, message(found))
  );
}

/** Nothing is marked as unfinished. */
export function unfinishedMarks(files: readonly TextFile[]): Finding[] {
  const pattern = new RegExp(`\\b(?:${MARKS.join("|")})\\b`, "g");
  return files.flatMap((file) =>
    occurrences(file, pattern, (mark) => `${mark}: finish it, or leave it out`)
  );
}

/** No check is switched off for a line or a file. */
export function silencedChecks(files: readonly TextFile[]): Finding[] {
  const pattern = new RegExp(SILENCERS.join("|"), "g");
  return files.filter(({ path }) => CODE.test(path)).flatMap((file) =>
    occurrences(file, pattern, (silencer) => `${silencer}: mend what the check says`)
  );
}
