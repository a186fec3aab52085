/** Two instances restarted in turn under constant load, as a deployment does. */
import type { DrainReceipt } from "../../src/lifecycle/drain.ts";
import { predictRequest } from "../integration/candles.ts";
import { LoadGenerator, type LoadReport } from "./load_generator.ts";
import { RestartedInstances, type StartBalancer } from "./restarted_instances.ts";
import { TinyModelFolder } from "./tiny_model_folder.ts";

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
  startBalancer: StartBalancer,
  restarts: number,
): Promise<RollingRestart> {
  await using model = await TinyModelFolder.create();
  await using instances = await RestartedInstances.start(startBalancer, model.settings);
  const { balancer, receipts, failedExits } = instances;
  let seed = 0;
  const load = new LoadGenerator({
    port: () => balancer.port(),
    ratePerSecond: 20,
    keepAlive: balancer.keepAlive,
    body: () => predictRequest(30, 3, { seed: seed++ }),
  });
  for (let restart = 0; restart < restarts; restart++) {
    await instances.restart(restart % 2 === 0 ? 0 : 1);
  }
  const report = await load.stop();
  await instances.stop();
  return { load: report, receipts, failedExits };
}
