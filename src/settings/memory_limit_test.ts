import assert from "node:assert/strict";
import { memoryLimitBytes } from "./memory_limit.ts";

/** The limit where a cgroup's files are these. */
async function limitOf(files: Readonly<Record<string, string>>): Promise<number> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/memory`);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${name}`, text);
    }
    return memoryLimitBytes(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("memoryLimitBytes() is the cgroup's limit, of either version", async () => {
  assert.equal(await limitOf({ "memory.max": "1048576\n" }), 1_048_576);
  assert.equal(await limitOf({ "memory/memory.limit_in_bytes": "2097152\n" }), 2_097_152);
});

Deno.test("memoryLimitBytes() is the machine's memory where the cgroup has no limit", async () => {
  const { total } = Deno.systemMemoryInfo();
  assert.equal(await limitOf({}), total);
  assert.equal(await limitOf({ "memory.max": "max\n" }), total);
  assert.equal(await limitOf({ "memory/memory.limit_in_bytes": "9223372036854771712\n" }), total);
});
