import { accepting, type Balancer, freePort } from "./balancer.ts";

const CONFIGURATION = new URL("../../deploy/haproxy/haproxy.cfg", import.meta.url).pathname;

/** The two servers of the configuration, in the order of their ports. */
export const TRACKS = ["blue", "green"] as const;

/** One of them. */
export type Track = (typeof TRACKS)[number];

/** HAProxy's statistics of one server, by their column's name: `status`, `stot`, `hrsp_5xx`. */
export type ServerStatistics = Readonly<Record<string, string>>;

/** HAProxy with `deploy/haproxy/haproxy.cfg`: it asks `/v1/readyz` itself and retries only connections that were refused. */
export class HAProxy implements Balancer {
  readonly name = "HAProxy";
  readonly keepAlive = true;
  readonly #port = freePort();
  readonly #folder: string;
  readonly #ports: readonly number[];
  #process: Deno.ChildProcess | undefined;

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder;
    this.#ports = ports;
  }

  /**
   * Starts one in front of two ports; resolves when every server with a weight is up.
   *
   * @param weights of each, 0 to 256: shares of the requests
   */
  static async start(
    ports: readonly number[],
    weights: readonly number[] = [100, 100],
  ): Promise<HAProxy> {
    const haproxy = new HAProxy(await Deno.makeTempDir({ prefix: "kronos-haproxy-" }), ports);
    haproxy.#process = new Deno.Command("haproxy", {
      args: ["-db", "-q", "-f", CONFIGURATION],
      env: {
        PATH: `${Deno.env.get("PATH")}:/usr/sbin`,
        ADMIN_SOCKET: haproxy.#socket.path,
        PUBLIC_ADDRESS: `127.0.0.1:${haproxy.#port}`,
        CHECK_INTERVAL: "100ms",
        BLUE_ADDRESS: `127.0.0.1:${ports[0]}`,
        GREEN_ADDRESS: `127.0.0.1:${ports[1]}`,
        BLUE_WEIGHT: String(weights[0]),
        GREEN_WEIGHT: String(weights[1]),
      },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    await accepting(() => Deno.connect({ port: haproxy.#port }), haproxy.#process);
    // The port may be open before the socket has got its name.
    await accepting(() => Deno.connect(haproxy.#socket), haproxy.#process);
    for (const [i, port] of ports.entries()) if (weights[i] > 0) await haproxy.putIn(port);
    return haproxy;
  }

  get #socket(): Deno.UnixConnectOptions {
    return { transport: "unix", path: `${this.#folder}/admin.sock` };
  }

  /** See `Balancer`. */
  port(): number {
    return this.#port;
  }

  /** See `Balancer`: its checks notice within the lame duck. */
  takeOut(): Promise<void> {
    return Promise.resolve();
  }

  /** See `Balancer`: resolves when its checks have noticed. */
  async putIn(port: number): Promise<void> {
    await this.untilUp(TRACKS[this.#ports.indexOf(port)]);
  }

  /** Resolves when the checks have found a server ready. */
  async untilUp(track: Track): Promise<void> {
    while ((await this.statistics(track)).status !== "UP");
  }

  /** Gives a command to the admin socket, as an operator does with socat; its answer. */
  async command(command: string): Promise<string> {
    using connection = await Deno.connect(this.#socket);
    await connection.write(new TextEncoder().encode(`${command}\n`));
    let answer = "";
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4096);
    for (let read = await connection.read(buffer); read !== null;) {
      answer += decoder.decode(buffer.subarray(0, read), { stream: true });
      read = await connection.read(buffer);
    }
    return answer.trim();
  }

  /** What it has counted of a server. */
  async statistics(track: Track): Promise<ServerStatistics> {
    const [head, ...rows] = (await this.command("show stat")).replace(/^# /, "").split("\n");
    const row = rows.find((line) => line.startsWith(`kronos,${track},`))?.split(",") ?? [];
    return Object.fromEntries(head.split(",").map((name, i) => [name, row[i] ?? ""]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGTERM");
    await this.#process?.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
