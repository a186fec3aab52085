import { UsageError } from "./arguments.ts";
import { CandleFileError } from "./candle_csv.ts";

/** Exit codes of sysexits.h. */
const EXIT = { ok: 0, failed: 1, usage: 64, data: 65 };

/**
 * Runs a command of the command line, or prints its help; what is thrown becomes a message and an exit
 * code of sysexits.h.
 *
 * @param help printed where it is asked for, and after a message about arguments
 */
export async function runCommand(
  help: string,
  args: string[],
  command: (args: string[]) => Promise<void>,
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help);
    return EXIT.ok;
  }
  try {
    await command(args);
    return EXIT.ok;
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof TypeError;
    console.error(error instanceof Error ? error.message : String(error));
    if (usage) console.error(help);
    return usage ? EXIT.usage : error instanceof CandleFileError ? EXIT.data : EXIT.failed;
  }
}
