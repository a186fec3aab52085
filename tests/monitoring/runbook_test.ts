/** The runbook, held against the alerts, and what it names against the code. */
import assert from "node:assert/strict";
import { METRICS } from "../../src/telemetry/metric_table.ts";
import { TestedApp } from "../contract/tested_app.ts";
import { testWithTools } from "../test_with_tools.ts";
import { readRepositoryFiles } from "../tidy/repository_files.ts";
import { shippedAlerts } from "./alert_rules.ts";
import { shownCommands, unknownFlags } from "./shell_commands.ts";

const PARTS = ["Meaning", "Impact", "Diagnosis", "Mitigation"];

const { texts } = await readRepositoryFiles();
const alerts = await shippedAlerts();
const documents = texts.filter(({ path }) => path.endsWith(".md"));
const runbook = documents.filter(({ path }) => /^(?:RUNBOOK\.md|docs\/runbook\/.*)$/.test(path));
const operating = [
  ...runbook,
  ...documents.filter(({ path }) => path === "docs/observability.md"),
];

/** Sections of the runbook by their heading: the file, and the text below. */
const sections = new Map(
  runbook.flatMap(({ path, text }) =>
    text.split(/^## /m).slice(1).map((section) => {
      const [heading] = section.split("\n", 1);
      return [heading, { path, text: section }] as const;
    })
  ),
);

Deno.test("every alert has its section, where its link leads, with all that is needed", () => {
  for (const { alert, annotations } of alerts) {
    const section = sections.get(alert);
    assert.ok(section !== undefined, `no section is about ${alert}`);
    assert.ok(
      annotations?.runbook_url.endsWith(`/${section.path}#${alert.toLowerCase()}`),
      `${alert} leads to ${annotations?.runbook_url}, its section is in ${section.path}`,
    );
    const found = [...section.text.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
    assert.deepEqual(found, PARTS, alert);
  }
});

Deno.test("every section about an alert has its alert, and the table lists each with its severity", () => {
  const named = [...sections.keys()].filter((heading) => heading.startsWith("Kronos"));
  assert.deepEqual(named.sort(), alerts.map(({ alert }) => alert).sort());
  const table = runbook.find(({ path }) => path === "RUNBOOK.md")?.text ?? "";
  const rows = [...table.matchAll(/^\| `(Kronos\w+)` +\| (\w+) /gm)]
    .map(([, alert, severity]) => `${alert} ${severity}`);
  assert.deepEqual(
    rows.sort(),
    alerts.map(({ alert, labels }) => `${alert} ${labels?.severity}`).sort(),
  );
});

Deno.test("routes that the runbook asks exist", () => {
  const routes = new Set(new TestedApp().app.routes.map(({ path }) => path));
  for (const { path, text } of operating) {
    for (const [, route] of text.matchAll(/\$KRONOS(\/[\w/]+)/g)) {
      assert.ok(routes.has(route), `${path}: ${route}`);
    }
  }
});

Deno.test("metrics that documents name exist", () => {
  const definitions = Object.values(METRICS);
  const known = new Set(
    definitions.flatMap(({ name, kind }) =>
      kind === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    ),
  );
  for (const { path, text } of documents) {
    const ticked = text.matchAll(/`(kronos_\w+|process_\w+_(?:seconds|bytes)(?:_total)?)(?=[`{])/g);
    const printed = text.matchAll(/^((?:kronos|process)_[a-z0-9_]+)(?:\{.*\})? [\d.]+$/gm);
    for (const [, name] of [...ticked, ...printed]) {
      assert.ok(known.has(name), `${path}: ${name}`);
    }
  }
});

Deno.test("lines of the log that the runbook looks for are written somewhere", () => {
  const sources = texts.filter(({ path }) => path.startsWith("src/")).map(({ text }) => text);
  const quoted = operating.flatMap(({ text }) =>
    [...text.matchAll(/\.message == "([^"]+)"/g)].map(([, message]) => message)
  );
  assert.ok(quoted.length > 5);
  for (const message of quoted) {
    assert.ok(sources.some((source) => source.includes(`"${message}"`)), message);
  }
});

const commands = operating.flatMap(shownCommands);
for (const program of new Set(commands.map(({ program }) => program))) {
  await testWithTools(
    `${program} knows the flags that the runbook gives it`,
    [program],
    async () => {
      for (const command of commands.filter((command) => command.program === program)) {
        assert.deepEqual(await unknownFlags(command), [], command.line);
      }
    },
  );
}

Deno.test("a flag that a program does not know is found", async () => {
  const [command, ...others] = shownCommands({
    path: "x.md",
    text: "```sh\nA=1 deno run --allow-nothing x.ts $A/v1 'a | b' | sort\n```\n",
  });
  assert.deepEqual(command.args, ["run", "--allow-nothing", "x.ts", "$A/v1", "a | b"]);
  assert.deepEqual(others.map(({ program }) => program), ["sort"]);
  assert.deepEqual(await unknownFlags({ ...command, program: Deno.execPath() }), [
    "--allow-nothing",
  ]);
});
