/** Memory and disk as the platform states them; the cgroup's limit counts where there is one. */
import { statfs } from "node:fs/promises";

/** A container of 4 GiB has 4096 of them, as its operator wrote. */
const BYTES_PER_MB = 2 ** 20;
const BYTES_PER_GB = 1_000_000_000;

/** Where a container sees its own limits. */
const CGROUP_ROOT = "/sys/fs/cgroup";

/** Its memory files: version 2, then version 1. */
const CGROUP_FILES = [
  { limit: "memory.max", usage: "memory.current", stat: "memory.stat", cache: "inactive_file" },
  {
    limit: "memory/memory.limit_in_bytes",
    usage: "memory/memory.usage_in_bytes",
    stat: "memory/memory.stat",
    cache: "total_inactive_file",
  },
];

/** Share of the memory limit from which a check is degraded, and from which it is unhealthy, percent. */
const MEMORY_PERCENT = { degraded: 85, unhealthy: 97 };
/** Share of the disk likewise: only the log and imports write. */
const DISK_PERCENT = { degraded: 90, unhealthy: 99.5 };

/** How a check stands. */
export type Health = "healthy" | "degraded" | "unhealthy";

function judge(percent: number, limits: { degraded: number; unhealthy: number }): Health {
  if (percent >= limits.unhealthy) return "unhealthy";
  return percent >= limits.degraded ? "degraded" : "healthy";
}

/** A number in a file, by its pattern; null where there is no such file, or no such number in it. */
async function numberIn(path: string, pattern = /^(\d+)\s*$/): Promise<number | null> {
  try {
    const found = pattern.exec(await Deno.readTextFile(path));
    return found === null ? null : Number(found[1]);
  } catch (error) {
    const { NotFound, NotCapable, PermissionDenied } = Deno.errors;
    if ([NotFound, NotCapable, PermissionDenied].some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/** The cgroup's limit and what counts against it; null where there is no limit. */
async function cgroupMemory(
  total: number,
  root: string,
): Promise<{ limit: number; usage: number } | null> {
  for (const files of CGROUP_FILES) {
    const limit = await numberIn(`${root}/${files.limit}`);
    const used = await numberIn(`${root}/${files.usage}`);
    const cache = await numberIn(
      `${root}/${files.stat}`,
      new RegExp(`^${files.cache} (\\d+)$`, "m"),
    );
    // Files that were read once: the kernel takes that memory back before it kills anybody.
    const usage = used === null ? null : Math.max(0, used - (cache ?? 0));
    // Version 1 states no limit as a number larger than any machine.
    if (limit !== null && usage !== null && limit > 0 && limit <= total) return { limit, usage };
  }
  return null;
}

/**
 * The memory limit and what counts against it, in bytes: the cgroup's, else the machine's.
 *
 * @param cgroupRoot the folder of the cgroup's files
 */
export async function memoryFacts(
  cgroupRoot: string = CGROUP_ROOT,
): Promise<{ limit: number; usage: number }> {
  const { total, available } = Deno.systemMemoryInfo();
  return await cgroupMemory(total, cgroupRoot) ?? { limit: total, usage: total - available };
}

/**
 * The memory check of `/v1/healthz/detailed`, in megabytes of 2^20 bytes.
 *
 * @param cgroupRoot the folder of the cgroup's files
 */
export async function memoryCheck(cgroupRoot: string = CGROUP_ROOT): Promise<{
  status: Health;
  process_mb: number;
  usage_mb: number;
  limit_mb: number;
  usage_percent: number;
  system_total_mb: number;
  system_available_mb: number;
  system_percent: number;
}> {
  const { total, available } = Deno.systemMemoryInfo();
  const { limit, usage } = await memoryFacts(cgroupRoot);
  const mb = (bytes: number): number => Math.round(bytes / BYTES_PER_MB);
  const percent = (part: number, whole: number): number => Math.round(1000 * part / whole) / 10;
  return {
    status: judge(percent(usage, limit), MEMORY_PERCENT),
    process_mb: mb(Deno.memoryUsage().rss),
    usage_mb: mb(usage),
    limit_mb: mb(limit),
    usage_percent: percent(usage, limit),
    system_total_mb: mb(total),
    system_available_mb: mb(available),
    system_percent: percent(total - available, total),
  };
}

/** The disk check of `/v1/healthz/detailed`: the file system of the working directory. */
export async function diskCheck(): Promise<{
  status: Health;
  free_gb: number;
  total_gb: number;
  percent: number;
}> {
  const { bsize, blocks, bavail } = await statfs(".");
  const percent = Math.round(1000 * (1 - bavail / blocks)) / 10;
  const gb = (count: number): number => Math.round(10 * count * bsize / BYTES_PER_GB) / 10;
  return {
    status: judge(percent, DISK_PERCENT),
    free_gb: gb(bavail),
    total_gb: gb(blocks),
    percent,
  };
}
