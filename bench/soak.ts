/**
 * Many restarts under load, behind each balancer: what the tests do, for longer. Prints a line for
 * each; exits 1 where anything was lost. The number of restarts is its argument, 100 unless given.
 */
import type { Balancer } from "../tests/lifecycle/balancer.ts";
import { ClientSideBalancer } from "../tests/lifecycle/client_side_balancer.ts";
import { HAProxy } from "../tests/lifecycle/haproxy.ts";
import { Nginx } from "../tests/lifecycle/nginx.ts";
import { rollingRestart } from "../tests/lifecycle/rolling_restart.ts";

const DEFAULT_RESTARTS = 100;

const balancers: readonly ((ports: readonly number[]) => Balancer | Promise<Balancer>)[] = [
  (ports) => Nginx.start(ports),
  (ports) => HAProxy.start(ports),
  (ports) => new ClientSideBalancer(ports),
];

const restarts = Number(Deno.args[0] ?? DEFAULT_RESTARTS);
let lost = 0;
for (const start of balancers) {
  let name = "";
  const { load, receipts, failedExits } = await rollingRestart(async (ports) => {
    const balancer = await start(ports);
    name = balancer.name;
    return balancer;
  }, restarts);
  const finished = receipts.reduce((sum, receipt) => sum + receipt.finished, 0);
  const duringStops = receipts.reduce((sum, { since_signal }) => sum + since_signal.finished, 0);
  lost += load.failures.length + failedExits.length + Math.abs(finished - load.sent);
  console.log(
    `${name}: ${restarts} restarts, ${load.sent} requests sent, ${load.succeeded} answered, ` +
      `${finished} in the receipts (${duringStops} after a signal), ${load.failures.length} failed`,
  );
  for (const failure of load.failures) console.log(`  ${failure}`);
}
Deno.exit(lost === 0 ? 0 : 1);
