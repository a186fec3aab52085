/** A service that a test stops, seen from outside: its phases in the log, and its receipt. */
import assert from "node:assert/strict";
import type { DrainReceipt } from "../../src/lifecycle/drain.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "./tiny_model_folder.ts";

/** Phases long enough for a loaded machine to do in each what a test does in it. */
const PHASES = {
  KRONOS_LAME_DUCK_MS: "1500",
  KRONOS_DRAIN_TIMEOUT_MS: "20000",
  KRONOS_GRACE_MS: "30000",
};

/** Registers a test of a service of its own, with the tiny model and these phases. */
export function serviceTest(
  name: string,
  fn: (service: ServiceProcess) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): void {
  Deno.test(name, async () => {
    await using model = await TinyModelFolder.create();
    await using service = await ServiceProcess.ready({ ...PHASES, ...model.settings, ...settings });
    await fn(service);
  });
}

/** Waits until so many requests are on a replica. */
export async function running(service: ServiceProcess, count: number): Promise<void> {
  const now = async (): Promise<number> => {
    const response = await service.get("/v1/healthz/detailed");
    return (await response.json()).checks.queue.running;
  };
  while (await now() < count);
}

/** Resolves when the service has entered a phase of its stop. */
export async function phase(
  service: ServiceProcess,
  name: "lame_duck" | "drain" | "close",
): Promise<void> {
  await service.line((line) => line.message === "stopping" && line.phase === name);
}

/** How a stop went. */
export interface Stop {
  /** The exit code of the process. */
  readonly code: number;
  /** What it said last. */
  readonly receipt: DrainReceipt;
}

/** Waits for the end; the receipt must be the last line of the log, and nothing may be lost. */
export async function stopOf(service: ServiceProcess): Promise<Stop> {
  const code = await service.ended();
  const last = service.lines.at(-1) as unknown as DrainReceipt | undefined;
  assert.equal(last?.event, "drain_receipt", JSON.stringify(last));
  assert.equal(last.lost, 0);
  assert.equal(last.since_signal.lost, 0);
  return { code, receipt: last };
}
