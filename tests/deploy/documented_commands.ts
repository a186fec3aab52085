/** Commands that DEPLOYMENT.md gives to HAProxy, for tests that carry its procedures out. */
import { ROOT } from "./command_output.ts";

const FENCED = /^ *```sh\n([\s\S]*?)^ *```$/gm;
const ADMIN = /^ *admin "([^"]+)"/gm;

/** The code blocks of a section, by its heading without marks. */
async function codeBlocks(heading: string): Promise<string[]> {
  const document = await Deno.readTextFile(`${ROOT}/DEPLOYMENT.md`);
  const section = document.split(/^#{2,4} /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(FENCED)].map(([, block]) => block);
}

/**
 * What a section tells to the admin socket: of each of its code blocks the commands, in order.
 *
 * @param heading the section's, without its marks
 * @throws Error where there is no such section, or it tells nothing
 */
export async function documentedCommands(heading: string): Promise<string[][]> {
  const blocks = (await codeBlocks(heading)).map((block) =>
    [...block.matchAll(ADMIN)].map(([, command]) => command)
  ).filter((commands) => commands.length > 0);
  if (blocks.length > 0) return blocks;
  throw new Error(`Cannot find commands in DEPLOYMENT.md: "${heading}" has none`);
}

/**
 * What the document's own shell function `tracks` prints.
 *
 * @param statistics HAProxy's answer to `show stat`, which here comes from a file instead of socat
 */
export async function documentedTracks(statistics: string): Promise<string> {
  const functions = (await codeBlocks("Behind HAProxy")).find((block) =>
    block.includes("tracks()")
  );
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, statistics);
    const script = `socat() { cat "$0"; }\n${functions}\ntracks`;
    const { stdout } = await new Deno.Command("sh", { args: ["-euc", script, file] }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}
