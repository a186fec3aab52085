/**
 * How much memory the service needs, by a formula whose constants were measured (docs/performance.md,
 * "Memory"); what does not fit is refused at the start, with words, instead of being killed later.
 */
import { join } from "node:path";
import { type Config, ConfigError } from "../config.ts";
import { memoryLimitBytes } from "../settings/memory_limit.ts";

const BYTES_PER_MB = 1_000_000;

/** The process with its libraries, and the runtime's code, which replicas share. */
const PROCESS_MB = 150;

/** What V8 takes while it compiles the runtime, and gives back. */
const COMPILING_MB = 70;

/** A worker and its runtime, without weights. */
const REPLICA_MB = 60;

/** Graph files in a replica while it opens: the files' bytes, the weights, their packing. */
const OPENING_COPIES = 3;

/** And when it has: the packed weights, and the room that opening left in the heap. */
const OPEN_COPIES = 2;

/** An admitted token on the main thread: its input, its forecast, its JSON. */
const BYTES_PER_TOKEN = 256;

/** What the need depends on. */
export type Sizes = Pick<Config, "device" | "workers" | "cacheMb" | "queueMb" | "queueTokens">;

/** Megabytes that the service needs for graphs of so many bytes, at its start or with everything full. */
export function memoryNeedMb(
  { device, workers, cacheMb, queueMb, queueTokens }: Sizes,
  graphBytes: number,
): number {
  const replicas = device === "webgpu" ? 1 : Math.max(1, workers);
  const graphsMb = graphBytes / BYTES_PER_MB;
  const opening = COMPILING_MB + replicas * (REPLICA_MB + OPENING_COPIES * graphsMb);
  const full = replicas * (REPLICA_MB + OPEN_COPIES * graphsMb + cacheMb) + queueMb +
    queueTokens * BYTES_PER_TOKEN / BYTES_PER_MB;
  return Math.ceil(PROCESS_MB + Math.max(opening, full));
}

/** Bytes of a model's graphs; null where its folder does not say. Loading it will say why. */
async function graphBytes(modelPath: string): Promise<number | null> {
  try {
    const { files } = JSON.parse(await Deno.readTextFile(join(modelPath, "manifest.json")));
    const bytes = Object.values(files as Record<string, { bytes: number }>).map((file) =>
      file.bytes
    );
    return bytes.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    const unreadable = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied;
    if (unreadable || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Checks that the service fits into the memory it may take.
 *
 * @param limitBytes that is, where no setting says otherwise
 * @throws ConfigError where it does not
 */
export async function checkMemory(
  config: Config,
  limitBytes: number = memoryLimitBytes(),
): Promise<void> {
  const bytes = await graphBytes(config.modelPath);
  if (bytes === null) return;
  const needMb = memoryNeedMb(config, bytes);
  const limitMb = config.memoryLimitMb ?? Math.floor(limitBytes / BYTES_PER_MB);
  if (needMb <= limitMb) return;
  const { workers, cacheMb, queueMb, queueTokens } = config;
  throw new ConfigError([
    `the memory limit is ${limitMb} MB, and ${config.modelPath} needs ${needMb} MB with ` +
    `KRONOS_WORKERS=${workers}, KRONOS_CACHE_MB=${cacheMb}, KRONOS_QUEUE_MB=${queueMb}, ` +
    `KRONOS_QUEUE_TOKENS=${queueTokens}: set these lower or the limit higher ` +
    "(KRONOS_MEMORY_LIMIT_MB to start all the same)",
  ]);
}
