/** Tests that need programs which not every machine has. */
import { programPath } from "./program_path.ts";

/**
 * A test that is left out, its name saying why, where a program is not installed; with
 * `KRONOS_REQUIRE_TOOLS=1` it fails there instead.
 *
 * @param programs as they are called
 */
export async function testWithTools(
  name: string,
  programs: readonly string[],
  fn: (t: Deno.TestContext) => Promise<void>,
): Promise<void> {
  const missing: string[] = [];
  for (const program of programs) if (await programPath(program) === null) missing.push(program);
  const why = `${missing.join(", ")} not installed`;
  if (missing.length === 0) Deno.test(name, fn);
  else if (Deno.env.get("KRONOS_REQUIRE_TOOLS") !== "1") {
    Deno.test({ name: `${name} (left out: ${why})`, ignore: true, fn });
  } else {
    Deno.test(name, () => {
      throw new Error(`Cannot test "${name}": ${why}`);
    });
  }
}
