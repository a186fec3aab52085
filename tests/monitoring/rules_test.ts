/** The rules, as Prometheus' own tool reads and tests them. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { commandOutput } from "../deploy/command_output.ts";
import { testWithTools } from "../test_with_tools.ts";
import { RULES_FILE, shippedAlerts } from "./alert_rules.ts";

const FOLDER = new URL("./rules/", import.meta.url).pathname;

interface RuleTest {
  readonly name: string;
  readonly input_series: readonly { readonly series: string }[];
  readonly promql_expr_test: readonly {
    readonly expr: string;
    readonly exp_samples: readonly { readonly labels: string }[];
  }[];
}

async function ruleTestFiles(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(FOLDER));
  return files.map(({ name }) => `${FOLDER}${name}`).sort();
}

await testWithTools("promtool check rules", ["promtool"], async () => {
  await commandOutput("promtool", ["check", "rules", RULES_FILE]);
});

await testWithTools("promtool test rules", ["promtool"], async () => {
  await commandOutput("promtool", ["test", "rules", ...await ruleTestFiles()]);
});

Deno.test("every alert is tested to fire, and to be silent", async () => {
  const files = await Promise.all(
    (await ruleTestFiles()).map((file) => Deno.readTextFile(file)),
  );
  const tests: RuleTest[] = files.flatMap((text) => parse(text).tests);
  for (const { alert } of await shippedAlerts()) {
    const fires = ({ labels }: { readonly labels: string }): boolean =>
      labels.includes(`"${alert}"`);
    const asked = tests.flatMap(({ input_series, promql_expr_test }) =>
      promql_expr_test.filter(({ expr }) => {
        const [, pattern] = /alertname=~?"([^"]+)"/.exec(expr) ?? [];
        return pattern !== undefined && new RegExp(`^${pattern}$`).test(alert);
      }).map(({ exp_samples }) => {
        const targets = input_series.map(({ series }) =>
          /job="[^"]*"(?:, instance="[^"]*")?/.exec(series)?.[0]
        );
        return { fired: exp_samples.filter(fires).length, targets: new Set(targets).size };
      })
    );
    assert.ok(asked.some(({ fired }) => fired > 0), `${alert} never fires`);
    assert.ok(asked.some(({ fired, targets }) => fired < targets), `${alert} always fires`);
  }
});

Deno.test("every alert says how urgent it is, what it means and where to read on", async () => {
  for (const { alert, labels = {}, annotations = {} } of await shippedAlerts()) {
    assert.match(alert, /^Kronos[A-Z]\w+$/);
    assert.match(labels.severity, /^(?:page|ticket)$/, alert);
    const { summary, description, runbook_url } = annotations;
    for (const text of [summary, description]) assert.match(text, /^\S.{15,}/s, alert);
    const anchor = alert.toLowerCase();
    const pattern = new RegExp(
      `^\\{\\{ \\$externalLabels\\.runbook_base \\}\\}/docs/runbook/\\w+\\.md#${anchor}$`,
    );
    assert.match(runbook_url, pattern, alert);
  }
});
