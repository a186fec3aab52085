/** A run as JUnit's XML: a test case for each objective and each check. */
import { escapedXml } from "../../src/chart/escaped_xml.ts";
import type { RunSummary } from "./summary.ts";
import { verdicts } from "./verdicts.ts";

interface Case {
  readonly name: string;
  readonly held: boolean;
  readonly measured: string;
}

function cases(summary: RunSummary): Case[] {
  return [
    ...verdicts(summary).map(({ metric, expression, held, measured }) => ({
      name: `${metric} ${expression}`,
      held,
      measured: measured || "no sample",
    })),
    ...summary.root_group.checks.map(({ name, passes, fails }) => ({
      name: `check: ${name}`,
      held: fails === 0,
      measured: `${passes} of ${passes + fails} held`,
    })),
  ];
}

/** The text of the file. */
export function junitXml(scenario: string, summary: RunSummary): string {
  const all = cases(summary);
  const seconds = (summary.state.testRunDurationMs / 1000).toFixed(3);
  const failures = all.filter(({ held }) => !held).length;
  const counts = `tests="${all.length}" failures="${failures}" time="${seconds}"`;
  const name = escapedXml(`load: ${scenario}`);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites ${counts}>`,
    `<testsuite name="${name}" ${counts}>`,
    ...all.map(({ name, held, measured }) => {
      const figure = escapedXml(measured);
      const open = `<testcase classname="${escapedXml(scenario)}" name="${escapedXml(name)}">`;
      const failure = held ? "" : `<failure message="measured ${figure}"/>`;
      return `${open}${failure}<system-out>${figure}</system-out></testcase>`;
    }),
    `</testsuite>`,
    `</testsuites>`,
    "",
  ].join("\n");
}
