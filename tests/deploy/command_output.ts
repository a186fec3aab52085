/** Runs a program to its end; its standard output. Fails with everything it said unless it exits with 0. */
export async function commandOutput(
  program: string,
  args: readonly string[],
  { cwd = ROOT }: { cwd?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code === 0) return said;
  throw new Error(
    `Cannot run ${program} ${args.join(" ")}: exit code ${code}\n${said}\n${complained}`,
  );
}

/** The repository's root, without a slash at its end. */
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
