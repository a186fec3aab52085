/** The limit's file of a cgroup: version 2, then version 1. */
const LIMIT_FILES = ["memory.max", "memory/memory.limit_in_bytes"];

/** A number in a file; null where there is none, or it may not be read. */
function numberIn(path: string): number | null {
  try {
    const text = Deno.readTextFileSync(path).trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  } catch (error) {
    const { NotFound, NotCapable, PermissionDenied } = Deno.errors;
    if ([NotFound, NotCapable, PermissionDenied].some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/**
 * Bytes that this process may take: its cgroup's limit, else the memory of the machine.
 *
 * @param cgroupRoot where a container sees its own limits
 */
export function memoryLimitBytes(cgroupRoot: string = "/sys/fs/cgroup"): number {
  const limits = LIMIT_FILES.map((file) => numberIn(`${cgroupRoot}/${file}`));
  // No limit is `max` in version 2, and a number larger than any machine in version 1.
  return Math.min(Deno.systemMemoryInfo().total, ...limits.filter((limit) => limit !== null));
}
