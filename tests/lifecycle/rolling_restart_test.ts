/** Rolling restarts lose no request, whoever balances. */
import assert from "node:assert/strict";
import { testWithTools } from "../test_with_tools.ts";
import type { Balancer } from "./balancer.ts";
import { ClientSideBalancer } from "./client_side_balancer.ts";
import { HAProxy } from "./haproxy.ts";
import { Nginx } from "./nginx.ts";
import { rollingRestart } from "./rolling_restart.ts";

/** Restarts in each test. */
const RESTARTS = 20;

async function losesNothing(
  startBalancer: (ports: readonly number[]) => Balancer | Promise<Balancer>,
): Promise<void> {
  const { load, receipts, failedExits } = await rollingRestart(startBalancer, RESTARTS);
  assert.deepEqual(load.failures, []);
  assert.equal(load.succeeded, load.sent);
  assert.equal(receipts.length, RESTARTS + 2);
  const finished = receipts.reduce((sum, receipt) => sum + receipt.finished, 0);
  const accepted = receipts.reduce((sum, receipt) => sum + receipt.accepted, 0);
  assert.deepEqual([accepted, finished], [load.sent, load.sent]);
  assert.deepEqual(failedExits, []);
  const duringStops = receipts.reduce((sum, { since_signal }) => sum + since_signal.accepted, 0);
  assert.ok(duringStops > 0, "no request came during any stop: the test showed nothing");
}

await testWithTools(
  "a rolling restart behind nginx loses no request",
  ["nginx"],
  () => losesNothing((ports) => Nginx.start(ports)),
);

await testWithTools(
  "a rolling restart behind HAProxy loses no request",
  ["haproxy"],
  () => losesNothing((ports) => HAProxy.start(ports)),
);

Deno.test("a rolling restart without a proxy loses no request of kept connections", () =>
  losesNothing((ports) => new ClientSideBalancer(ports)));
