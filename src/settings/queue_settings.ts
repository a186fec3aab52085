/** Settings of admission: how much may be inside at a time. */
import { memoryLimitBytes } from "./memory_limit.ts";
import { setting, whole } from "./setting.ts";

/** A token of an admitted request, its input and its forecast, takes about so many bytes on the main thread. */
const BYTES_PER_TOKEN = 256;

/** Share of the memory limit that admitted requests may take, and bodies again. */
const MEMORY_SHARE = 1 / 16;

/** Bodies take no more than this by default, in megabytes: what is parsed takes its own share. */
const MOST_QUEUE_MB = 256;

const limitBytes = memoryLimitBytes();

/** Tokens that fit into their share of a memory, in whole thousands; a batch of 256 fits at least. */
export function defaultQueueTokens(memoryBytes: number): number {
  return 1000 * Math.max(200, Math.floor(memoryBytes * MEMORY_SHARE / BYTES_PER_TOKEN / 1000));
}

/** By the name that the code uses. */
export const QUEUE_SETTINGS = {
  queueLimit: setting(
    "KRONOS_QUEUE_LIMIT",
    "requests",
    64,
    whole(1, 100_000),
    "that wait; one more is refused at once: a longer queue only makes everybody late",
  ),
  queueTokens: setting(
    "KRONOS_QUEUE_TOKENS",
    "tokens",
    defaultQueueTokens(limitBytes),
    whole(1, 2 ** 40),
    "of admitted requests (candles, and steps times paths), a sixteenth of the memory",
  ),
  queueMb: setting(
    "KRONOS_QUEUE_MB",
    "megabytes",
    Math.min(MOST_QUEUE_MB, Math.ceil(limitBytes * MEMORY_SHARE / 1e6)),
    whole(1, 1_000_000),
    "of bodies that are being read or waiting; a sixteenth of the memory, 256 at most",
  ),
} as const;
