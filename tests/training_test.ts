/** The training pipeline has its own tests, in Python; this runs them. */
import assert from "node:assert/strict";
import { testWithTools } from "./test_with_tools.ts";

const TRAINING = new URL("../training/", import.meta.url).pathname;

await testWithTools("training: pytest passes", ["pytest", "torchrun"], async () => {
  const { success, stdout, stderr } = await new Deno.Command("pytest", {
    args: ["-q", "-p", "no:cacheprovider", "tests"],
    cwd: TRAINING,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert.ok(success, text(stdout) + text(stderr));
  assert.match(text(stdout), /\d+ passed/);
});
