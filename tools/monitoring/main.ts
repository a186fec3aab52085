/** Writes the files of monitoring that are made from others. */
import { generatedFiles } from "./generated_files.ts";

for (const [path, text] of await generatedFiles()) {
  await Deno.writeTextFile(new URL(`../../${path}`, import.meta.url), text);
  console.log(path);
}
