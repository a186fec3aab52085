import { accepting, type Balancer, freePort } from "./balancer.ts";

/** nginx, which checks nothing itself: servers are taken out and put in by its configuration, and a reload. */
export class Nginx implements Balancer {
  readonly name = "nginx";
  /** A reload closes kept connections, also under a request that is just being sent. */
  readonly keepAlive = false;
  readonly #port = freePort();
  readonly #folder: string;
  readonly #upstreams: Set<number>;
  #process: Deno.ChildProcess | undefined;

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder;
    this.#upstreams = new Set(ports);
  }

  /** Starts one in front of these ports. */
  static async start(ports: readonly number[]): Promise<Nginx> {
    const nginx = new Nginx(await Deno.makeTempDir({ prefix: "kronos-nginx-" }), ports);
    await Deno.chmod(nginx.#folder, 0o755);
    await nginx.#configure();
    nginx.#process = new Deno.Command("nginx", {
      args: ["-p", nginx.#folder, "-c", "nginx.conf", "-e", "stderr"],
      env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin` },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    await accepting(() => Deno.connect({ port: nginx.#port }), nginx.#process);
    return nginx;
  }

  /** See `Balancer`. */
  port(): number {
    return this.#port;
  }

  /** See `Balancer`. */
  async takeOut(port: number): Promise<void> {
    this.#upstreams.delete(port);
    await this.#reload();
  }

  /** See `Balancer`. */
  async putIn(port: number): Promise<void> {
    this.#upstreams.add(port);
    await this.#reload();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGQUIT");
    await this.#process?.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #reload(): Promise<void> {
    await this.#configure();
    this.#process?.kill("SIGHUP");
  }

  async #configure(): Promise<void> {
    const servers = [...this.#upstreams].map((port) => `server 127.0.0.1:${port};`).join(" ");
    await Deno.writeTextFile(
      `${this.#folder}/nginx.conf`,
      `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream kronos { ${servers} keepalive 16; }
  server {
    listen 127.0.0.1:${this.#port};
    location / {
      proxy_pass http://kronos;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
    }
  }
}
`,
    );
  }
}
