import assert from "node:assert/strict";
import { generatedFiles } from "../../tools/monitoring/generated_files.ts";

Deno.test("files of monitoring are what deno task dashboard makes of their sources", async () => {
  for (const [path, text] of await generatedFiles()) {
    const committed = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
    assert.equal(committed, text, `${path}: run deno task dashboard`);
  }
});
