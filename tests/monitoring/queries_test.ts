/** Every query that is shipped, held against the table of metrics. */
import assert from "node:assert/strict";
import { dashboard } from "../../tools/monitoring/dashboard.ts";
import type { MetricDefinition } from "../../src/telemetry/metric_definition.ts";
import { METRICS } from "../../src/telemetry/metric_table.ts";
import { shippedRules } from "./alert_rules.ts";
import { namesOf } from "./promql.ts";

/** Labels that Prometheus adds to every series of a target. */
const OF_TARGET = ["job", "instance"];

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const rules = await shippedRules();
const { panels } = dashboard() as { readonly panels: readonly Panel[] };
const panelQueries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const queries = [...rules.map(({ expr }) => expr), ...panelQueries];
const recorded = rules.flatMap(({ record }) => record ?? []);

/** Labels of each series that may be queried, by its name. */
const known = new Map<string, readonly string[]>([
  ["up", []],
  ...recorded.map((record) => [record, []] as const),
]);
for (const { name, kind, labels } of Object.values<MetricDefinition>(METRICS)) {
  if (kind !== "histogram") known.set(name, labels);
  else {
    known.set(`${name}_bucket`, [...labels, "le"]);
    for (const suffix of ["_sum", "_count"]) known.set(`${name}${suffix}`, labels);
  }
}

Deno.test("queries name metrics of the table, and labels that these have", () => {
  for (const query of queries) {
    const { selected, grouping } = namesOf(query);
    assert.ok(selected.length > 0, query);
    const ofQuery = new Set(OF_TARGET);
    for (const { name, labels } of selected) {
      const own = known.get(name);
      assert.ok(own !== undefined, `${name} is no metric: ${query}`);
      for (const label of own) ofQuery.add(label);
      const strangers = labels.filter((label) => ![...own, ...OF_TARGET].includes(label));
      assert.deepEqual(strangers, [], `${name} has no such label: ${query}`);
    }
    const strangers = grouping.filter((label) => !ofQuery.has(label));
    assert.deepEqual(strangers, [], `no metric has this label: ${query}`);
  }
});

Deno.test("a query that names what is not in the table is found", () => {
  assert.deepEqual(namesOf('sum by (route) (rate(a_total{code="1"}[5m])) / b'), {
    selected: [{ name: "a_total", labels: ["code"] }, { name: "b", labels: [] }],
    grouping: ["route"],
  });
  assert.throws(() => namesOf("sum by (a"), /Cannot read PromQL/);
});

Deno.test("values that queries select are values that the metric has", () => {
  const selectors = queries.join("\n").matchAll(
    /(\w+)\{[^}]*?(reason|state|status|code)=~?"([^"]+)"/g,
  );
  for (const [, name, label, values] of selectors) {
    const definition = Object.values<MetricDefinition>(METRICS).find((metric) =>
      metric.name === name
    );
    const initial = definition?.initial?.[label];
    const told = `${initial?.join(" ") ?? definition?.help}`;
    for (const value of values.split("|")) {
      assert.match(told, new RegExp(`\\b${value}\\b`), `${name} never has ${label}="${value}"`);
    }
  }
});

Deno.test("every metric of the table is on the dashboard", () => {
  const shown = panelQueries.flatMap((query) => namesOf(query).selected.map(({ name }) => name));
  for (const { name, kind } of Object.values<MetricDefinition>(METRICS)) {
    assert.ok(shown.includes(kind === "histogram" ? `${name}_bucket` : name), name);
  }
});

Deno.test("panels neither overlap nor share a number", () => {
  const places = panels as unknown as readonly { id: number; gridPos: Record<string, number> }[];
  assert.equal(new Set(places.map(({ id }) => id)).size, places.length);
  const cells = places.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + i % w}/${y + Math.floor(i / w)}`)
  );
  assert.equal(new Set(cells).size, cells.length);
});
