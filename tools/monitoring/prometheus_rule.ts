/** The alerts for clusters with the Prometheus operator, from the file that Prometheus itself reads. */
import { parse, stringify } from "yaml";

/** The PrometheusRule, as YAML, of a file of rules. */
export function prometheusRule(rules: string): string {
  const { groups } = parse(rules);
  const rule = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "kronos-edge", labels: { "app.kubernetes.io/name": "kronos-edge" } },
    spec: { groups },
  };
  return "# Made from deploy/prometheus/kronos.rules.yml: deno task dashboard. Change it there.\n" +
    stringify(rule, { lineWidth: 100 });
}
