/** Files of monitoring that are made from others. */
import { dashboard } from "./dashboard.ts";
import { metricDocument } from "./metric_document.ts";
import { prometheusRule } from "./prometheus_rule.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Formats as `deno fmt` does; the extension says what. */
async function formatted(text: string, extension: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", extension, "--config", `${ROOT}deno.json`, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`Cannot format a file of monitoring as ${extension}`);
  return new TextDecoder().decode(stdout);
}

/** What each file should hold, by its path below the repository's root. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const rules = await Deno.readTextFile(`${ROOT}deploy/prometheus/kronos.rules.yml`);
  return new Map([
    [
      "deploy/grafana/dashboards/kronos-edge.json",
      await formatted(JSON.stringify(dashboard()), "json"),
    ],
    [
      "deploy/kubernetes/monitoring/prometheus_rule.yaml",
      await formatted(prometheusRule(rules), "yaml"),
    ],
    ["docs/metrics.md", await formatted(metricDocument(), "md")],
  ]);
}
