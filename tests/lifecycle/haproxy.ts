import { accepting, type Balancer, freePort } from "./balancer.ts";

/** HAProxy, which asks `/v1/readyz` itself and retries only connections that were refused. */
export class HAProxy implements Balancer {
  readonly name = "HAProxy";
  readonly keepAlive = true;
  readonly #port = freePort();
  readonly #statsPort = freePort();
  readonly #folder: string;
  #process: Deno.ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts one in front of these ports. */
  static async start(ports: readonly number[]): Promise<HAProxy> {
    const haproxy = new HAProxy(await Deno.makeTempDir({ prefix: "kronos-haproxy-" }));
    const file = `${haproxy.#folder}/haproxy.cfg`;
    await Deno.writeTextFile(file, haproxy.#configuration(ports));
    haproxy.#process = new Deno.Command("haproxy", {
      args: ["-db", "-q", "-f", file],
      env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin` },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await accepting(haproxy.#port, haproxy.#process);
    for (const port of ports) await haproxy.putIn(port);
    return haproxy;
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
    const row = new RegExp(`^kronos,at${port},.*,UP,`, "m");
    while (true) {
      const response = await fetch(`http://127.0.0.1:${this.#statsPort}/stats;csv`);
      if (row.test(await response.text())) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGTERM");
    await this.#process?.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  #configuration(ports: readonly number[]): string {
    const servers = ports.map((port) => `  server at${port} 127.0.0.1:${port}`).join("\n");
    return `global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 2s
  retries 1
  retry-on conn-failure
  option redispatch
frontend public
  bind 127.0.0.1:${this.#port}
  default_backend kronos
frontend stats
  bind 127.0.0.1:${this.#statsPort}
  stats enable
  stats uri /stats
backend kronos
  balance roundrobin
  option httpchk GET /v1/readyz
  default-server check inter 100ms fall 1 rise 1
${servers}
`;
  }
}
