/** Starts the service: settings, parts, the socket, then the model; stops it on a signal. */
import { type Config, ConfigError, readConfig, unknownVariables } from "./config.ts";
import { createApp } from "./http/app.ts";
import { listen } from "./http/serve.ts";
import { Service } from "./lifecycle/service.ts";
import { createLog } from "./telemetry/log.ts";
import { createMetrics } from "./telemetry/metrics.ts";

/** Exit code of a bad configuration (EX_CONFIG of sysexits.h). */
const EXIT_CONFIG = 78;

/** Longest that requests in flight may take after a signal, in milliseconds: below every platform's grace. */
const STOP_TIMEOUT_MS = 4000;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

function configuration(): Config {
  try {
    return readConfig(Deno.env.toObject());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(`Bad configuration: ${problem}`);
    Deno.exit(EXIT_CONFIG);
  }
}

const config = configuration();
const log = createLog(config.logLevel);
const metrics = createMetrics();
const service = new Service({ config, log, metrics });
for (const variable of unknownVariables(Deno.env.toObject())) {
  log.warn("a variable that no setting reads", { variable });
}
if (!LOOPBACK.includes(config.host)) {
  log.warn("listening outside loopback without access control", { host: config.host });
}

const app = createApp({ config, log, metrics, service });
const server = await listen(app.fetch, {
  hostname: config.host,
  port: config.port,
  timeouts: {
    headMs: config.headTimeoutS * 1000,
    requestMs: config.bodyTimeoutS * 1000,
    idleMs: config.idleTimeoutS * 1000,
  },
});
log.info("listening", { hostname: config.host, port: server.port });

let stopping = false;

async function stop(signal: Deno.Signal): Promise<void> {
  if (stopping) Deno.exit(1);
  stopping = true;
  log.info("stopping", { signal });
  service.stopAdmitting();
  server.closeConnectionsAfterAnswers();
  const late = setTimeout(() => service.close(), STOP_TIMEOUT_MS);
  await server.shutdown();
  clearTimeout(late);
  await service.close();
  log.info("stopped", { signal });
  Deno.exit(0);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => stop(signal));
}

await service.load();
