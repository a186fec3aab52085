/** The document of the metrics, from their table. */
import type { MetricDefinition } from "../../src/telemetry/metric_definition.ts";
import { METRIC_SUBJECTS } from "../../src/telemetry/metric_table.ts";

const INTRODUCTION = `# Metrics

What \`/v1/metrics\` has. This file is written by \`deno task dashboard\` from the tables in
\`src/telemetry/\`: change it there. Labels never hold what a client sends. A histogram has its buckets,
its sum and its count under its name with \`_bucket\`, \`_sum\` and \`_count\`.
`;

function row({ name, kind, labels, help, initial = {} }: MetricDefinition): string {
  const shown = labels.map((label) => {
    const values = initial[label];
    return values === undefined ? `\`${label}\`` : `\`${label}\` (${values.join(", ")})`;
  });
  return `| \`${name}\` | ${kind} | ${shown.join("; ")} | ${help.replaceAll("|", "\\|")} |`;
}

/** The document, not yet formatted. */
export function metricDocument(): string {
  const sections = Object.entries(METRIC_SUBJECTS).map(([subject, metrics]) => {
    const rows = Object.values<MetricDefinition>(metrics).map(row);
    const head = `## ${subject}\n\n| metric | kind | labels | what it says |\n| - | - | - | - |\n`;
    return `${head}${rows.join("\n")}\n`;
  });
  return [INTRODUCTION, ...sections].join("\n");
}
