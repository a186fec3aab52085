/** The Grafana dashboard: an overview, then a panel for each metric of the table. */
import type { MetricDefinition } from "../../src/telemetry/metric_definition.ts";
import { METRIC_SUBJECTS, METRICS } from "../../src/telemetry/metric_table.ts";

/** One line of a panel. */
interface Query {
  /** PromQL; `$instance` and `$__rate_interval` are Grafana's. */
  readonly expr: string;
  /** How its lines are named. */
  readonly legend: string;
}

/** What one panel shows. */
interface PanelContent {
  readonly title: string;
  readonly description: string;
  /** As Grafana names it. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** Panels beside each other, and their height, in Grafana's grid of 24 columns. */
const GRID = { columns: 24, width: 8, height: 7 } as const;

const SELECTOR = '{instance=~"$instance"}';
const QUANTILES = [0.5, 0.95, 0.99] as const;

/** `sum by (...)`, without a list where there is none. */
function summed(labels: readonly string[], expr: string): string {
  return labels.length === 0 ? `sum(${expr})` : `sum by (${labels.join(", ")}) (${expr})`;
}

function legendOf(labels: readonly string[], otherwise: string): string {
  return labels.length === 0 ? otherwise : labels.map((label) => `{{${label}}}`).join(" ");
}

function rate(name: string): string {
  return `rate(${name}${SELECTOR}[$__rate_interval])`;
}

function queriesOf({ kind, name, labels }: MetricDefinition): Query[] {
  if (kind === "counter") {
    return [{ expr: summed(labels, rate(name)), legend: legendOf(labels, "all") }];
  }
  if (kind === "gauge") {
    return [{ expr: `${name}${SELECTOR}`, legend: legendOf(["instance", ...labels], "") }];
  }
  const buckets = summed(["le", ...labels], rate(`${name}_bucket`));
  return QUANTILES.map((quantile) => ({
    expr: `histogram_quantile(${quantile}, ${buckets})`,
    legend: `p${quantile * 100} ${legendOf(labels, "")}`.trim(),
  }));
}

/** Grafana's unit of what a metric's panel shows; a counter shows its rate. */
function unitOf({ kind, name }: MetricDefinition): string {
  if (kind === "counter") return name.includes("_seconds_") ? "percentunit" : "cps";
  if (name.endsWith("_seconds")) return "s";
  return name.endsWith("_bytes") ? "bytes" : "short";
}

/** The panel of a metric, made from its line in the table alone. */
function panelOf(definition: MetricDefinition): PanelContent {
  const { kind, name, help } = definition;
  return {
    title: kind === "counter" ? `${name}, a second` : name,
    description: help,
    unit: unitOf(definition),
    queries: queriesOf(definition),
  };
}

/** What an operator looks at first. */
function overview(): PanelContent[] {
  const { responses, requests, requestDuration, readiness, queueWaiting, queueLimit } = METRICS;
  const { memoryUsage, memoryLimit } = METRICS;
  const predictions = '{instance=~"$instance", route=~"/v1/(predict/.+|backtest)"}';
  const failed = '{instance=~"$instance", route=~"/v1/(predict/.+|backtest)", code=~"5.."}';
  const answers = (selector: string): string =>
    `sum(rate(${responses.name}${selector}[$__rate_interval]))`;
  const share = (part: string, whole: string): string => `${part}${SELECTOR} / ${whole}${SELECTOR}`;
  return [{
    title: "Instances by readiness",
    description: "What /v1/readyz says.",
    unit: "short",
    queries: [{ expr: summed(["status"], `${readiness.name}${SELECTOR}`), legend: "{{status}}" }],
  }, {
    title: "Predictions a second",
    description: requests.help,
    unit: "reqps",
    queries: [{ expr: summed(["status"], rate(requests.name)), legend: "{{status}}" }],
  }, {
    title: "Failed predictions",
    description: "Share answered with 5xx; 0.5% are allowed.",
    unit: "percentunit",
    queries: [{ expr: `${answers(failed)} / ${answers(predictions)}`, legend: "5xx" }],
  }, {
    title: "Time of a prediction",
    description: requestDuration.help,
    unit: "s",
    queries: queriesOf(requestDuration),
  }, {
    title: "Queue in use",
    description: "At 100% predictions are refused.",
    unit: "percentunit",
    queries: [{ expr: share(queueWaiting.name, queueLimit.name), legend: "{{instance}}" }],
  }, {
    title: "Memory in use",
    description: memoryUsage.help,
    unit: "percentunit",
    queries: [{ expr: share(memoryUsage.name, memoryLimit.name), legend: "{{instance}}" }],
  }];
}

/** Everything that has changed its start in an hour has been restarted; when is of no interest. */
function restarts({ name }: MetricDefinition): PanelContent {
  return {
    title: "Restarts in an hour",
    description: `Changes of ${name}.`,
    unit: "short",
    queries: [{ expr: `changes(${name}${SELECTOR}[1h])`, legend: "{{instance}}" }],
  };
}

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

function panel(content: PanelContent, id: number, x: number, y: number): object {
  const { title, description, unit, queries } = content;
  return {
    id,
    type: "timeseries",
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { x, y, w: GRID.width, h: GRID.height },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + i),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}

/** Rows of panels, each below the one before it. */
function layout(rows: readonly (readonly [string, readonly PanelContent[]])[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const [title, contents] of rows) {
    const id = panels.length + 1;
    panels.push({ id, type: "row", title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 } });
    y++;
    contents.forEach((content, i) => {
      const x = i * GRID.width % GRID.columns;
      if (i > 0 && x === 0) y += GRID.height;
      panels.push(panel(content, panels.length + 1, x, y));
    });
    y += GRID.height;
  }
  return panels;
}

/** The dashboard, as Grafana reads it. */
export function dashboard(): object {
  const subjects = Object.entries(METRIC_SUBJECTS).map(([subject, metrics]) => {
    const definitions: readonly MetricDefinition[] = Object.values(metrics);
    const panels = definitions.map((definition) =>
      definition === METRICS.startTime ? restarts(definition) : panelOf(definition)
    );
    return [subject, panels] as const;
  });
  return {
    uid: "kronos-edge",
    title: "Kronos Edge",
    tags: ["kronos-edge"],
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus" },
        {
          name: "instance",
          type: "query",
          datasource: DATASOURCE,
          query: `label_values(${METRICS.readiness.name}, instance)`,
          refresh: 2,
          multi: true,
          includeAll: true,
          current: { text: "All", value: "$__all" },
        },
      ],
    },
    panels: layout([["Overview", overview()], ...subjects]),
  };
}
