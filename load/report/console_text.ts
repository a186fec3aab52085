/** A run for the terminal. */
import { type Cut, knee, phaseCuts } from "./cuts.ts";
import type { ReportedRun } from "./page.ts";
import { verdicts } from "./verdicts.ts";

function phaseLine({ name, offered, answered, refused, failed, latency }: Cut): string {
  const ms = latency === null
    ? "none answered"
    : `p50 ${latency.p50.toFixed(0)}, p95 ${latency.p95.toFixed(0)}, p99 ${
      latency.p99.toFixed(0)
    } ms`;
  return `  ${name}: offered ${offered.toFixed(2)}/s, answered ${answered.toFixed(2)}/s, ` +
    `refused ${refused.toFixed(2)}/s, failed ${failed.toFixed(2)}/s, ${ms}`;
}

/** A line for each phase and each objective, and the verdict. */
export function consoleText({ scenario, load, profile, summary }: ReportedRun): string {
  const cuts = phaseCuts(summary, profile);
  const all = verdicts(summary);
  const crossed = all.filter(({ held }) => !held);
  const isStepped = cuts.every(({ name }) => name.startsWith("step-"));
  const found = knee(cuts, load.latencyMs);
  return [
    `${scenario}: ${(summary.state.testRunDurationMs / 1000).toFixed(1)} s`,
    ...cuts.map(phaseLine),
    ...(isStepped
      ? [`  knee: ${found === null ? "below the lowest rate" : `${found.offered.toFixed(2)}/s`}`]
      : []),
    ...all.map(({ metric, expression, held, measured }) =>
      `  ${held ? "held   " : "CROSSED"} ${metric} ${expression}: ${measured || "no sample"}`
    ),
    crossed.length === 0 ? "every objective held" : `${crossed.length} of ${all.length} crossed`,
    "",
  ].join("\n");
}
