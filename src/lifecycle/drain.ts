/**
 * How the service stops: not ready but answering (lame duck), then nobody new (drain), then what still
 * runs is answered 503, then the end. The receipt says what became of every request.
 */
import type { Admission } from "../forecast/admission.ts";
import { DrainingError } from "../forecast/errors.ts";
import type { HttpServer } from "../http/serve.ts";
import type { DrainPhases } from "../settings/drain_settings.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { LedgerReport, RequestLedger } from "../telemetry/request_ledger.ts";

/** What a drain stops. */
export interface DrainParts {
  /** How long each phase may take. */
  readonly phases: DrainPhases;
  /** Gets a line for each phase. */
  readonly log: Log;
  /** Says which phase it is. */
  readonly metrics: Metrics;
  /** Lets nobody in from the drain on. */
  readonly admission: Admission;
  /** The books, for the receipt. */
  readonly ledger: RequestLedger;
  /** Aborts every running inference. */
  readonly stop: AbortController;
  /** The model behind. */
  readonly service: {
    /** Not ready from now on. */
    stopAdmitting(): void;
    /** Frees the model. */
    close(): Promise<void>;
  };
  /** The socket. */
  readonly server: Pick<HttpServer, "closeConnectionsAfterAnswers" | "settled" | "shutdown">;
}

/** The receipt of a stop. */
export interface DrainReceipt extends LedgerReport {
  /** Always `drain_receipt`. */
  readonly event: "drain_receipt";
  /** What began the stop. */
  readonly signal: string;
  /** How long each phase took, in milliseconds. */
  readonly phases_ms: {
    readonly lame_duck: number;
    readonly drain: number;
    readonly close: number;
  };
}

const PHASES = ["lame_duck", "drain", "close"] as const;

/** How long answers to aborted requests may take to be written, in milliseconds. */
const LAST_ANSWERS_MS = 500;

/** Whether a promise settles in time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), Math.max(0, ms));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function waited(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether nothing was lost or cut since the signal. */
export function isClean({ since_signal: { aborted, lost } }: LedgerReport): boolean {
  return aborted === 0 && lost === 0;
}

/** The receipt as it stands now. */
export function receipt(
  ledger: RequestLedger,
  signal: string,
  phases: DrainReceipt["phases_ms"],
): DrainReceipt {
  return { event: "drain_receipt", signal, ...ledger.report(), phases_ms: phases };
}

/**
 * Stops the service; resolves when everything is closed.
 *
 * @param lameDuck whether balancers may still send requests: not at a terminal, not while loading
 */
export async function drain(
  { phases, log, metrics, admission, ledger, stop, service, server }: DrainParts,
  signal: string,
  lameDuck: boolean,
): Promise<DrainReceipt> {
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  const enter = (phase: (typeof PHASES)[number]): void => {
    for (const each of PHASES) metrics.draining.set({ phase: each }, each === phase ? 1 : 0);
    log.info("stopping", { signal, phase, open: ledger.open });
  };
  ledger.markSignal();
  service.stopAdmitting();
  server.closeConnectionsAfterAnswers();
  enter("lame_duck");
  if (lameDuck) await waited(phases.lameDuckMs);
  const lameDuckMs = elapsed();
  enter("drain");
  admission.close(phases.drainTimeoutMs - lameDuckMs);
  const settled = server.settled();
  if (!await within(phases.drainTimeoutMs - elapsed(), settled)) {
    log.warn("the drain has taken too long", { open: ledger.open });
    stop.abort(new DrainingError(0));
    await within(LAST_ANSWERS_MS, settled);
    ledger.markCut();
  }
  const drainMs = elapsed() - lameDuckMs;
  enter("close");
  await server.shutdown();
  // A run that hangs must not outlast the grace: the process ends anyway.
  const closed = await within(phases.graceMs - elapsed() - LAST_ANSWERS_MS, service.close());
  if (!closed) log.warn("the model did not close in time");
  return receipt(ledger, signal, {
    lame_duck: Math.round(lameDuckMs),
    drain: Math.round(drainMs),
    close: Math.round(elapsed() - lameDuckMs - drainMs),
  });
}
