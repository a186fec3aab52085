/** Two instances behind a balancer, restarted as a deployment does it. */
import type { DrainReceipt } from "../../src/lifecycle/drain.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { type Balancer, freePort } from "./balancer.ts";
import { phase, stopOf } from "./drained_service.ts";

/** Time for a balancer to notice on a loaded machine; the drain ends as soon as nothing runs. */
const PHASES = {
  KRONOS_LAME_DUCK_MS: "1500",
  KRONOS_DRAIN_TIMEOUT_MS: "20000",
  KRONOS_GRACE_MS: "30000",
};

/** How a balancer comes to stand before these ports. */
export type StartBalancer = (ports: readonly number[]) => Balancer | Promise<Balancer>;

/** Both instances, and what those that were stopped said. */
export class RestartedInstances implements AsyncDisposable {
  /** What every stopped instance said in the end. */
  readonly receipts: DrainReceipt[] = [];
  /** Exit codes other than 0. */
  readonly failedExits: number[] = [];
  readonly #settings: Readonly<Record<string, string>>;
  readonly #ports: readonly number[] = [freePort(), freePort()];
  readonly #running: ServiceProcess[] = [];
  #balancer: Balancer | undefined;

  private constructor(settings: Readonly<Record<string, string>>) {
    this.#settings = settings;
  }

  /** Starts both, and the balancer before them; resolves when it may be relied upon. */
  static async start(
    startBalancer: StartBalancer,
    settings: Readonly<Record<string, string>>,
  ): Promise<RestartedInstances> {
    const instances = new RestartedInstances(settings);
    await using started = new AsyncDisposableStack();
    started.use(instances);
    for (const port of instances.#ports) instances.#running.push(await instances.#start(port));
    instances.#balancer = await startBalancer(instances.#ports);
    started.move();
    return instances;
  }

  /** What stands before them. */
  get balancer(): Balancer {
    if (this.#balancer === undefined) throw new Error("Cannot balance: nothing was started");
    return this.#balancer;
  }

  #start(port: number): Promise<ServiceProcess> {
    return ServiceProcess.ready({ ...PHASES, ...this.#settings, PORT: String(port) });
  }

  async #ended(which: number): Promise<void> {
    const { code, receipt } = await stopOf(this.#running[which]);
    this.receipts.push(receipt);
    if (code !== 0) this.failedExits.push(code);
  }

  /** Stops one and starts it anew; resolves when the balancer relies on it again. */
  async restart(which: 0 | 1): Promise<void> {
    const port = this.#ports[which];
    this.#running[which].kill("SIGTERM");
    await phase(this.#running[which], "lame_duck");
    await this.balancer.takeOut(port);
    await this.#ended(which);
    this.#running[which] = await this.#start(port);
    await this.balancer.putIn(port);
  }

  /** Stops both, when nobody sends any more. */
  async stop(): Promise<void> {
    for (const instance of this.#running) instance.kill("SIGINT");
    await Promise.all([this.#ended(0), this.#ended(1)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#balancer?.[Symbol.asyncDispose]();
    for (const instance of this.#running) await instance[Symbol.asyncDispose]();
  }
}
