/** Blue and green behind HAProxy, while k6 sends forecasts at a constant rate and counts failures. */
import { startK6 } from "../../load/k6_process.ts";
import type { RunSummary } from "../../load/report/summary.ts";
import { VARIABLES } from "../../load/script/load_options.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { freePort } from "../lifecycle/balancer.ts";
import { type Stop, stopOf } from "../lifecycle/drained_service.ts";
import { HAProxy, type Track, TRACKS } from "../lifecycle/haproxy.ts";
import { ROOT } from "./command_output.ts";

const SCENARIO = "rolling_restart";

/** Between two looks at HAProxy's counters: the machine's cores are for what is tested. */
const LOOK_MS = 50;

/** Phases for a loaded machine, and few enough steps that forecasts are not what takes time. */
const SETTINGS = { KRONOS_LAME_DUCK_MS: "1500", KRONOS_WORKERS: "1" };

/** How the load is. */
export interface LoadShape {
  /** Seconds that k6 sends. */
  readonly durationS: number;
  /** Candles of a series. */
  readonly candles: number;
  /** A track whose failures are expected, and counted apart; absent: none. */
  readonly exempt?: Track;
}

/** Answers that HAProxy has passed on from a track. */
export interface Answers {
  /** All. */
  readonly all: number;
  /** Those with a status of 500 or more. */
  readonly failed: number;
}

/** What k6 has seen from the begin to the end. */
export interface LoadResult {
  /** k6's exit code: 0 where every objective held. */
  readonly code: number;
  /** All that it counted. */
  readonly metrics: RunSummary["metrics"];
}

/** Processes of both tracks, the balancer and k6; ended at the end of its scope. */
export class TracksUnderLoad implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #ports: Readonly<Record<Track, number>> = { blue: freePort(), green: freePort() };
  readonly #services = new Map<Track, ServiceProcess>();
  #haproxy: HAProxy | undefined;
  #k6: { readonly ended: Promise<Deno.CommandStatus>; readonly results: string } | undefined;
  #k6HasEnded = false;

  private constructor() {}

  /** Starts blue with all of the load, and green with a weight of 0 where nothing listens yet. */
  static async start(
    settings: Readonly<Record<string, string>>,
    load: LoadShape,
  ): Promise<TracksUnderLoad> {
    const tracks = new TracksUnderLoad();
    await using started = new AsyncDisposableStack();
    started.use(tracks);
    await tracks.startTrack("blue", settings);
    tracks.#haproxy = tracks.#stack.use(
      await HAProxy.start([tracks.#ports.blue, tracks.#ports.green], [100, 0]),
    );
    await tracks.#startLoad(load);
    await tracks.answered("blue", 1);
    started.move();
    return tracks;
  }

  /** The balancer. */
  get haproxy(): HAProxy {
    if (this.#haproxy === undefined) throw new Error("Cannot use HAProxy: it was not started");
    return this.#haproxy;
  }

  /** Starts the service of a track; resolves when it listens, ready or not. */
  async startTrack(
    track: Track,
    settings: Readonly<Record<string, string>>,
  ): Promise<ServiceProcess> {
    const port = String(this.#ports[track]);
    const service = await ServiceProcess.start({ ...SETTINGS, ...settings, PORT: port });
    this.#services.set(track, this.#stack.use(service));
    if (track === "blue") await service.line(({ message }) => message === "ready");
    return service;
  }

  async #startLoad({ durationS, candles, exempt }: LoadShape): Promise<void> {
    const results = await Deno.makeTempDir({ prefix: "kronos-tracks-" });
    this.#stack.defer(() => Deno.remove(results, { recursive: true }));
    const k6 = this.#stack.use(startK6(`${ROOT}/load/scenarios/${SCENARIO}.ts`, {
      [VARIABLES.baseUrl]: `http://127.0.0.1:${this.haproxy.port()}`,
      [VARIABLES.durationS]: String(durationS),
      [VARIABLES.ratePerSecond]: "20",
      [VARIABLES.candles]: String(candles),
      [VARIABLES.horizon]: "3",
      [VARIABLES.paths]: "1",
      [VARIABLES.exemptServer]: exempt ?? "",
      [VARIABLES.results]: results,
    }, "null"));
    const ended = k6.status.finally(() => this.#k6HasEnded = true);
    this.#k6 = { ended, results };
  }

  /** Gives commands to the admin socket, as an operator does. Throws on an answer, which is a refusal. */
  async command(commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const answer = await this.haproxy.command(command);
      if (answer !== "") throw new Error(`HAProxy answers "${command}" with: ${answer}`);
    }
  }

  /** Answers of a track so far. */
  async answers(track: Track): Promise<Answers> {
    const { hrsp_2xx, hrsp_4xx, hrsp_5xx } = await this.haproxy.statistics(track);
    const failed = Number(hrsp_5xx);
    return { all: Number(hrsp_2xx) + Number(hrsp_4xx) + failed, failed };
  }

  /** Resolves when a condition holds; throws where k6 ended first, so that nothing was shown. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    while (!await holds()) {
      if (this.#k6HasEnded) throw new Error(`Cannot wait until ${what}: k6 has ended`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Resolves when a track has answered so many more. */
  async answered(track: Track, more: number): Promise<void> {
    const { all } = await this.answers(track);
    const enough = async () => (await this.answers(track)).all >= all + more;
    await this.until(`${track} has answered ${more} more`, enough);
  }

  /** Resolves when both have answered so many more; the share of green among them, [0, 1]. */
  async shareOfGreen(more: number): Promise<number> {
    const counts = async () =>
      (await Promise.all(TRACKS.map((t) => this.answers(t)))).map((a) => a.all);
    const before = await counts();
    let [blue, green] = [0, 0];
    await this.until(`${more} more are answered`, async () => {
      [blue, green] = (await counts()).map((now, i) => now - before[i]);
      return blue + green >= more;
    });
    return green / (blue + green);
  }

  /** Stops a track as a deployment does. */
  async stopTrack(track: Track): Promise<Stop> {
    const service = this.#services.get(track);
    if (service === undefined) throw new Error(`Cannot stop ${track}: it was not started`);
    service.kill("SIGTERM");
    return await stopOf(service);
  }

  /** Waits for the end of the load. */
  async result(): Promise<LoadResult> {
    if (this.#k6 === undefined) throw new Error("Cannot wait for k6: it was not started");
    const { code } = await this.#k6.ended;
    const { metrics } = JSON.parse(
      await Deno.readTextFile(`${this.#k6.results}/${SCENARIO}.json`),
    ) as RunSummary;
    return { code, metrics };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
