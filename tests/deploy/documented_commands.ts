/** Commands that DEPLOYMENT.md gives to HAProxy, for tests that carry its procedures out. */
import { ROOT } from "./command_output.ts";

const FENCED = /^ *```sh\n([\s\S]*?)^ *```$/gm;
const ADMIN = /^ *admin "([^"]+)"/gm;

/**
 * What a section tells to the admin socket: of each of its code blocks the commands, in order.
 *
 * @param heading the section's, without its marks
 * @throws Error where there is no such section, or it tells nothing
 */
export async function documentedCommands(heading: string): Promise<string[][]> {
  const document = await Deno.readTextFile(`${ROOT}/DEPLOYMENT.md`);
  const section = document.split(/^#{2,4} /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const blocks = [...section.matchAll(FENCED)].map(([, block]) =>
    [...block.matchAll(ADMIN)].map(([, command]) => command)
  ).filter((commands) => commands.length > 0);
  if (blocks.length > 0) return blocks;
  throw new Error(`Cannot find commands in DEPLOYMENT.md: "${heading}" has none`);
}
