/** Where the programs are that tests start. */

/**
 * The path of a program of `PATH`, or of `/usr/sbin`; null where it is not installed.
 *
 * @param program as it is called
 */
export async function programPath(program: string): Promise<string | null> {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  for (const folder of folders) {
    try {
      const path = `${folder}/${program}`;
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
        throw error;
      }
    }
  }
  return null;
}
