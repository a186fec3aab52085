/** Two instances restarted in turn under constant load, as a deployment does. */
import type { DrainReceipt } from "../../src/lifecycle/drain.ts";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { type Balancer, freePort } from "./balancer.ts";
import { phase, stopOf } from "./drained_service.ts";
import { LoadGenerator, type LoadReport } from "./load_generator.ts";
import { TinyModelFolder } from "./tiny_model_folder.ts";

/** Time for a balancer to notice on a loaded machine; the drain ends as soon as nothing runs. */
const PHASES = {
  KRONOS_LAME_DUCK_MS: "1500",
  KRONOS_DRAIN_TIMEOUT_MS: "20000",
  KRONOS_GRACE_MS: "30000",
};

/** How a rolling restart went. */
export interface RollingRestart {
  /** What the client saw. */
  readonly load: LoadReport;
  /** What every instance said in the end, the last two included. */
  readonly receipts: readonly DrainReceipt[];
  /** Exit codes other than 0. */
  readonly failedExits: readonly number[];
}

/**
 * Restarts two instances in turn behind a balancer, under load all the time.
 *
 * @param restarts stops and starts, of both together
 */
export async function rollingRestart(
  startBalancer: (ports: readonly number[]) => Balancer | Promise<Balancer>,
  restarts: number,
): Promise<RollingRestart> {
  await using model = await TinyModelFolder.create();
  const ports = [freePort(), freePort()];
  const startInstance = (port: number): Promise<ServiceProcess> =>
    ServiceProcess.ready({ ...PHASES, ...model.settings, PORT: String(port) });
  await using instances = new AsyncDisposableStack();
  const running = await Promise.all(ports.map(startInstance));
  instances.defer(async () => {
    for (const instance of running) await instance[Symbol.asyncDispose]();
  });
  await using balancer = await startBalancer(ports);
  let seed = 0;
  const load = new LoadGenerator({
    port: () => balancer.port(),
    ratePerSecond: 20,
    keepAlive: balancer.keepAlive,
    body: () => predictRequest(30, 3, { seed: seed++ }),
  });
  const receipts: DrainReceipt[] = [];
  const failedExits: number[] = [];
  const stop = async (which: number): Promise<void> => {
    const { code, receipt } = await stopOf(running[which]);
    receipts.push(receipt);
    if (code !== 0) failedExits.push(code);
  };
  for (let restart = 0; restart < restarts; restart++) {
    const which = restart % 2;
    running[which].kill("SIGTERM");
    await phase(running[which], "lame_duck");
    await balancer.takeOut(ports[which]);
    await stop(which);
    running[which] = await startInstance(ports[which]);
    await balancer.putIn(ports[which]);
  }
  const report = await load.stop();
  for (const instance of running) instance.kill("SIGINT");
  await Promise.all([stop(0), stop(1)]);
  return { load: report, receipts, failedExits };
}
