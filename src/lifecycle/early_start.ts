/**
 * What happens before the rest of the service is imported: a worker starts its runtime, which takes
 * longer than all else, while the main thread evaluates the other imports.
 */
import { ConfigError, readConfig } from "../config.ts";
import { type PreparedWorker, prepareWorker } from "../inference/prepare_worker.ts";

function prepareByEnvironment(): () => PreparedWorker | null {
  try {
    return prepareWorker(readConfig(Deno.env.toObject()));
  } catch (error) {
    // Who reads the settings to serve by them says what is wrong.
    if (error instanceof ConfigError) return () => null;
    throw error;
  }
}

/** Gives the worker for the first replica, see `prepareWorker()`. */
export const takePrepared: () => PreparedWorker | null = prepareByEnvironment();
