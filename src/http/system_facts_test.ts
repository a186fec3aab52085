import assert from "node:assert/strict";
import { diskCheck, memoryCheck } from "./system_facts.ts";

const MIB = 2 ** 20;

/** Runs with a folder that holds these files, by their paths. */
async function withCgroup<Result>(
  files: Readonly<Record<string, string>>,
  use: (root: string) => Promise<Result>,
): Promise<Result> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/memory`);
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    return await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("memoryCheck() counts against a cgroup's limit, version 2", async () => {
  const files = { "memory.max": `${256 * MIB}\n`, "memory.current": `${64 * MIB}\n` };
  const memory = await withCgroup(files, memoryCheck);
  assert.deepEqual(
    [memory.status, memory.limit_mb, memory.usage_mb, memory.usage_percent],
    ["healthy", 256, 64, 25],
  );
});

Deno.test("memoryCheck() counts against a cgroup's limit, version 1", async () => {
  const files = {
    "memory/memory.limit_in_bytes": `${100 * MIB}`,
    "memory/memory.usage_in_bytes": `${10 * MIB}`,
  };
  const memory = await withCgroup(files, memoryCheck);
  assert.deepEqual([memory.limit_mb, memory.usage_mb, memory.usage_percent], [100, 10, 10]);
});

Deno.test("memoryCheck() leaves out what the kernel would take back first", async () => {
  const versions = [
    {
      "memory.max": `${100 * MIB}`,
      "memory.current": `${99 * MIB}`,
      "memory.stat": "inactive_file",
    },
    {
      "memory/memory.limit_in_bytes": `${100 * MIB}`,
      "memory/memory.usage_in_bytes": `${99 * MIB}`,
      "memory/memory.stat": "total_inactive_file",
    },
  ];
  for (const files of versions) {
    const entries = Object.entries(files).map(([path, text]) =>
      path.endsWith("stat") ? [path, `anon 5\n${text} ${60 * MIB}\nslab 7\n`] : [path, text]
    );
    const memory = await withCgroup(Object.fromEntries(entries), memoryCheck);
    assert.deepEqual([memory.status, memory.usage_mb], ["healthy", 39]);
  }
});

Deno.test("memoryCheck() is degraded from 85 percent of the limit, unhealthy from 97", async () => {
  const cases = [[84, "healthy"], [85, "degraded"], [96, "degraded"], [97, "unhealthy"]] as const;
  for (const [percent, expected] of cases) {
    const files = { "memory.max": `${100 * MIB}`, "memory.current": `${percent * MIB}` };
    assert.equal((await withCgroup(files, memoryCheck)).status, expected);
  }
});

Deno.test("memoryCheck() counts against the machine where no cgroup states a limit", async () => {
  const none: Readonly<Record<string, string>>[] = [
    {},
    { "memory.max": "max\n", "memory.current": "5\n" },
    { "memory.max": "1000" },
    { "memory.max": "", "memory.current": "" },
    { "memory.max": "0", "memory.current": "0" },
    {
      "memory/memory.limit_in_bytes": "9223372036854771712",
      "memory/memory.usage_in_bytes": "5",
    },
  ];
  for (const files of none) {
    const memory = await withCgroup(files, memoryCheck);
    assert.equal(memory.limit_mb, memory.system_total_mb, JSON.stringify(files));
    assert.ok(memory.usage_mb > 0 && memory.usage_mb <= memory.limit_mb);
    assert.equal(memory.usage_percent, memory.system_percent);
    assert.ok(memory.process_mb > 0 && memory.system_available_mb <= memory.system_total_mb);
  }
});

Deno.test("memoryCheck() says so where a cgroup's file cannot be read as one", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/memory.max`);
    await assert.rejects(memoryCheck(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("diskCheck() states the working directory's file system", async () => {
  const disk = await diskCheck();
  assert.ok(disk.total_gb > 0 && disk.free_gb >= 0 && disk.free_gb <= disk.total_gb);
  assert.ok(disk.percent >= 0 && disk.percent <= 100);
  assert.ok(["healthy", "degraded", "unhealthy"].includes(disk.status));
});
