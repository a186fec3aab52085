/** Starts the service: settings, parts, the socket, then the model; stops it on a signal. */
// First, so that its worker starts before the others are evaluated.
import { settings, takePrepared } from "./lifecycle/early_start.ts";
import { ConfigError, unknownVariables } from "./config.ts";
import { Admission } from "./forecast/admission.ts";
import { createAdminApp, createApp } from "./http/app.ts";
import { JsonThread } from "./http/json_thread.ts";
import { reportBrokenRequest } from "./http/report_error.ts";
import { listen } from "./http/serve.ts";
import type { BrokenRequest } from "./http/socket_answer.ts";
import { drain, isClean, receipt } from "./lifecycle/drain.ts";
import { checkMemory } from "./lifecycle/memory_need.ts";
import { Service } from "./lifecycle/service.ts";
import { ErrorPatterns } from "./telemetry/error_patterns.ts";
import { createLog } from "./telemetry/log.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { RequestLedger } from "./telemetry/request_ledger.ts";

/** Exit code of a bad configuration (EX_CONFIG of sysexits.h). */
const EXIT_CONFIG = 78;

/** Exit codes of a process that a signal ends before it has drained: 128 and the signal's number. */
const EXIT_SIGNAL = { SIGTERM: 143, SIGINT: 130 } as const;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** What can be made of these settings; where they are bad, a line for each and the end. */
async function configured<Made>(make: () => Made | Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(`Bad configuration: ${problem}`);
    Deno.exit(EXIT_CONFIG);
  }
}

const config = await configured(settings);
await configured(() => checkMemory(config));
const log = createLog(config.logLevel);
const metrics = createMetrics();
const ledger = new RequestLedger();
const errorPatterns = new ErrorPatterns(log, metrics);
const stop = new AbortController();
const service = new Service({ config, log, metrics, takePrepared });
const admission = new Admission({
  waiting: config.queueLimit,
  tokens: config.queueTokens,
  bytes: config.queueMb * 1_000_000,
});
for (const variable of unknownVariables(Deno.env.toObject())) {
  log.warn("a variable that no setting reads", { variable });
}
if (!LOOPBACK.includes(config.host) && !config.securityEnabled) {
  log.warn("listening outside loopback without access control", { host: config.host });
}

const jsonThread = new JsonThread(config);
const parts = {
  config,
  log,
  metrics,
  service,
  admission,
  ledger,
  errorPatterns,
  jsonThread,
  stopSignal: stop.signal,
};
const app = await configured(() => createApp(parts));
const socket = {
  hostname: config.host,
  timeouts: {
    headMs: config.headTimeoutS * 1000,
    requestMs: config.bodyTimeoutS * 1000,
    idleMs: config.idleTimeoutS * 1000,
    writeMs: config.writeTimeoutS * 1000,
  },
  onConnection: (change: 1 | -1) => metrics.connections.inc(change),
  onBrokenRequest: (broken: BrokenRequest) => reportBrokenRequest(broken, parts),
};
const server = await listen(app.fetch, { ...socket, port: config.port });
errorPatterns.start();
if (config.adminPort !== null) {
  // Not drained: it answers probes until the process ends.
  const admin = await listen(createAdminApp(parts).fetch, { ...socket, port: config.adminPort });
  log.info("listening for probes and metrics", { hostname: config.host, port: admin.port });
}

let stopping = false;

/** The first signal drains, the second ends the process as it is. */
async function onSignal(signal: keyof typeof EXIT_SIGNAL): Promise<void> {
  if (stopping) {
    log.record({ ...receipt(ledger, signal, { lame_duck: 0, drain: 0, close: 0 }) });
    Deno.exit(EXIT_SIGNAL[signal]);
  }
  stopping = true;
  const atTerminal = signal === "SIGINT" && Deno.stdin.isTerminal();
  const lameDuck = service.readiness !== "loading" && !atTerminal;
  const drained = await drain(
    { phases: config, log, metrics, admission, ledger, stop, service, server },
    signal,
    lameDuck,
  );
  errorPatterns.summarize();
  log.record({ ...drained });
  Deno.exit(isClean(drained) ? 0 : 1);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => onSignal(signal));
}
// Only now: whoever waits for this line may stop the process at once.
log.info("listening", { hostname: config.host, port: server.port });

await service.load();
