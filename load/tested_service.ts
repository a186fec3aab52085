/** What a scenario is run against, from before its first request to after its last. */
import type { DrainReceipt } from "../src/lifecycle/drain.ts";
import { ServiceProcess } from "../tests/integration/service_process.ts";
import { stopOf } from "../tests/lifecycle/drained_service.ts";
import { HAProxy } from "../tests/lifecycle/haproxy.ts";
import { RestartedInstances } from "../tests/lifecycle/restarted_instances.ts";

/** One service or several. */
export interface TestedService extends AsyncDisposable {
  /** `http://host:port` */
  readonly baseUrl: string;
  /** What happens to it meanwhile; resolves some time after `k6Ended` is. */
  during(k6Ended: Promise<unknown>): Promise<void>;
  /** Stops it gracefully. Lines for the terminal. Throws where the stop was not clean. */
  stop(): Promise<string[]>;
}

/** Nobody is left to wait for: k6 has ended. */
const NO_LAME_DUCK = { KRONOS_LAME_DUCK_MS: "0" };

function receiptLine({ accepted, finished, refused, aborted, gone, lost }: DrainReceipt): string {
  return `receipt: accepted ${accepted}, finished ${finished}, refused ${refused}, ` +
    `aborted ${aborted}, gone ${gone}, lost ${lost}`;
}

/** A service that runs elsewhere, and is left alone. */
export function runningService(baseUrl: string): TestedService {
  return {
    baseUrl,
    during: () => Promise.resolve(),
    stop: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A service of its own on a free port, with the settings of the environment. */
export async function startedService(): Promise<TestedService> {
  const service = await ServiceProcess.ready(NO_LAME_DUCK);
  return {
    baseUrl: service.origin,
    during: () => Promise.resolve(),
    async stop() {
      service.kill("SIGTERM");
      const { code, receipt } = await stopOf(service);
      if (code === 0) return [receiptLine(receipt)];
      throw new Error(`The service did not stop cleanly: ${code}, ${receiptLine(receipt)}`);
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** Two services behind HAProxy, restarted in turn for as long as k6 runs. */
export async function restartedService(): Promise<TestedService> {
  const instances = await RestartedInstances.start((ports) => HAProxy.start(ports), {});
  let restarts = 0;
  return {
    baseUrl: `http://127.0.0.1:${instances.balancer.port()}`,
    async during(k6Ended) {
      let ended = false;
      k6Ended.then(() => ended = true);
      while (!ended) await instances.restart(restarts++ % 2 === 0 ? 0 : 1);
    },
    async stop() {
      const { receipts, failedExits } = instances;
      const duringStops = receipts.reduce(
        (sum, { since_signal }) => sum + since_signal.finished,
        0,
      );
      await instances.stop();
      const lines = receipts.map(receiptLine);
      const summary = `${restarts} restarts, ${duringStops} forecasts finished during them`;
      if (failedExits.length > 0) {
        throw new Error(`${failedExits.length} stops were not clean:\n${lines.join("\n")}`);
      }
      if (duringStops === 0) throw new Error(`Nothing was shown: ${summary}`);
      return [...lines, summary];
    },
    [Symbol.asyncDispose]: () => instances[Symbol.asyncDispose](),
  };
}
