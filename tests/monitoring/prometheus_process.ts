/** A real Prometheus on loopback, with the shipped rules and shorter durations. */
import { freePort } from "../lifecycle/balancer.ts";
import { shortenedRules } from "./alert_rules.ts";

/** Each duration of the rules is this many times shorter: five minutes are five seconds. */
const SHORTENED_BY = 60;

/** Longest that a test waits for an alert, in milliseconds: a loaded machine is slow. */
const PATIENCE_MS = 90_000;

/** How often Prometheus is asked, in milliseconds. */
const POLL_MS = 200;

/** An alert as Prometheus' API tells it. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

function configuration(ports: Readonly<Record<string, number>>): string {
  const targets = Object.entries(ports).map(([instance, port]) =>
    `      - targets: ["127.0.0.1:${port}"]\n        labels: { instance: ${instance} }\n`
  );
  return `global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 500ms
  external_labels: { runbook_base: "https://runbook.test" }
rule_files: [rules.yml]
scrape_configs:
  - job_name: kronos-edge
    metrics_path: /v1/metrics
    static_configs:
${targets.join("")}`;
}

/** A Prometheus that watches. */
export class PrometheusProcess {
  readonly #port = freePort();
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#child = new Deno.Command("prometheus", {
      args: [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${this.#port}`,
        "--log.level=error",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
  }

  /** Starts one that watches these ports, each under its name. */
  static async start(ports: Readonly<Record<string, number>>): Promise<PrometheusProcess> {
    const folder = await Deno.makeTempDir({ prefix: "kronos-prometheus-" });
    await Deno.writeTextFile(`${folder}/rules.yml`, await shortenedRules(SHORTENED_BY));
    await Deno.writeTextFile(`${folder}/prometheus.yml`, configuration(ports));
    return new PrometheusProcess(folder);
  }

  /** Every alert that is pending or firing; none while it starts. */
  async alerts(): Promise<ActiveAlert[]> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}/api/v1/alerts`);
      if (response.ok) return (await response.json()).data.alerts;
      await response.body?.cancel(); // it reads its storage
      return [];
    } catch (error) {
      if (error instanceof TypeError) return []; // it does not listen yet
      throw error;
    }
  }

  /** Names of the alerts that fire for an instance. */
  async firing(instance: string): Promise<string[]> {
    const mine = (await this.alerts()).filter(({ labels, state }) =>
      state === "firing" && labels.instance === instance
    );
    return mine.map(({ labels }) => labels.alertname).sort();
  }

  /**
   * Waits until an alert fires.
   *
   * @param instance the one that it is about; undefined where it is about all of the job
   */
  async fires(alert: string, instance?: string): Promise<ActiveAlert> {
    const until = performance.now() + PATIENCE_MS;
    let alerts: ActiveAlert[] = [];
    while (performance.now() < until) {
      alerts = await this.alerts();
      const found = alerts.find(({ labels, state }) =>
        state === "firing" && labels.alertname === alert && labels.instance === instance
      );
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`Cannot see ${alert} fire; these are: ${JSON.stringify(alerts, null, 2)}`);
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
