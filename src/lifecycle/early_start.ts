/**
 * What happens before the rest of the service is imported: the settings are read, and a worker starts its
 * runtime, which takes longer than all else, while the main thread evaluates the other imports.
 */
import { type Config, ConfigError, readConfig } from "../config.ts";
import { type PreparedWorker, prepareWorker } from "../inference/prepare_worker.ts";

/** Kept: what is thrown by a module that is imported cannot be caught where it is. */
function settingsOrProblems(): Config | ConfigError {
  try {
    return readConfig(Deno.env.toObject());
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

const read = settingsOrProblems();

/**
 * The settings, as they were when the process started.
 *
 * @throws ConfigError naming every bad variable
 */
export function settings(): Config {
  if (read instanceof ConfigError) throw read;
  return read;
}

/** Gives the worker for the first replica, see `prepareWorker()`; none where the settings are bad. */
export const takePrepared: () => PreparedWorker | null = read instanceof ConfigError
  ? () => null
  : prepareWorker(read);
