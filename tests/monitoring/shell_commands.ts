/** Commands that documents show, and whether their programs know the flags. */
import { parse } from "shell-quote";
import type { TextFile } from "../tidy/text_file.ts";

/** One program with its arguments. */
export interface ShownCommand {
  /** As it is called. */
  readonly program: string;
  /** As the program gets them. */
  readonly args: readonly string[];
  /** The whole line, for messages. */
  readonly line: string;
}

/** What a fence of a shell holds, however far it is indented. */
const SHELL = /^( *)```sh\n([\s\S]*?)^\1```$/gm;

/** Programs whose first words name what is done, at most as many as these. */
const SUBCOMMANDS: Readonly<Record<string, number>> = {
  kubectl: 2,
  "docker-compose": 1,
  promtool: 2,
  deno: 1,
};

/** Where help is not had by `--help` after what is done. */
const HELP: Readonly<Record<string, readonly string[]>> = { curl: ["--help", "all"] };

/** Every command in the shell fences of a document, those of a pipe one by one. */
export function shownCommands({ text }: TextFile): ShownCommand[] {
  const lines = [...text.matchAll(SHELL)].flatMap(([, , block]) =>
    block.replaceAll("\\\n", " ").split("\n").map((line) => line.trim())
  );
  return lines.flatMap((line) => {
    const commands: string[][] = [[]];
    for (const word of parse(line, (name) => `$${name}`)) {
      if (typeof word === "string") commands.at(-1)?.push(word);
      else if ("op" in word && word.op !== "glob") commands.push([]);
      else if ("pattern" in word) commands.at(-1)?.push(word.pattern);
    }
    return commands.map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
      .filter((words) => words.length > 0 && !/^\w+=/.test(words[0]))
      .map(([program, ...args]) => ({ program, args, line }));
  });
}

async function help(program: string, done: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [...HELP[program] ?? [...done, "--help"]],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Flags of a command that its program's help does not name. */
export async function unknownFlags({ program, args }: ShownCommand): Promise<string[]> {
  const end = args.findIndex((arg) => !/^[a-z][a-z-]*$/.test(arg));
  const words = end === -1 ? args.length : end;
  const done = args.slice(0, Math.min(words, SUBCOMMANDS[program] ?? 0));
  const flags = args.filter((arg) => /^--?[a-z]/i.test(arg)).map((arg) => arg.split("=")[0]);
  if (flags.length === 0) return [];
  const known = await help(program, done);
  return flags.filter((flag) => !new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(known));
}
