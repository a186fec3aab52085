/**
 * The entry for Deno Deploy, which takes no flags and no command line: what differs there is set here,
 * unless the app's variables say otherwise, before the service reads it.
 */

/** One thread, since Workers and their memory are not promised there; reachable from outside. */
const PLATFORM_SETTINGS = {
  HOST: "0.0.0.0",
  KRONOS_PLATFORM: "deno_deploy",
  KRONOS_WORKERS: "0",
  KRONOS_MODEL_PATH: new URL("../models/nano", import.meta.url).pathname,
} as const;

for (const [variable, value] of Object.entries(PLATFORM_SETTINGS)) {
  if (!Deno.env.get(variable)) Deno.env.set(variable, value);
}
await import("../src/main.ts");
