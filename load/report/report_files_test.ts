import assert from "node:assert/strict";
import { wellFormed } from "../../tests/load/load_command.ts";
import { readLoadOptions } from "../script/load_options.ts";
import { steppedProfile } from "../script/profile.ts";
import { reportFiles } from "./report_files.ts";
import { runSummaryExample } from "./run_summary_example.ts";

const load = readLoadOptions({ RESULTS: "out", LATENCY_MS: "500" }, {
  durationS: 20,
  ratePerSecond: 4,
});
const summary = runSummaryExample([
  { phase: "step-1", answered: 20, refused: 0, failed: 0, p95: 300 },
  { phase: "step-2", answered: 30, refused: 10, failed: 0, p95: 900 },
], {
  "http_req_duration{kind:probe}": {
    type: "trend",
    contains: "time",
    values: { count: 4, "p(95)": 12.34 },
    thresholds: { "p(95)<10": { ok: false } },
  },
  "server_queue": { type: "trend", contains: "time", values: { count: 20, med: 3, "p(95)": 8 } },
  checks: { type: "rate", contains: "default", values: { rate: 0.1, passes: 2, fails: 18 } },
  "forecast_duration{kind:batch}": {
    type: "trend",
    contains: "time",
    values: { count: 0, "p(95)": 0 },
    thresholds: { "p(95)<2000": { ok: true } },
  },
});
const files = reportFiles({
  scenario: "breakpoint",
  load,
  profile: steppedProfile([2, 4], 20),
  summary,
});

Deno.test("reportFiles() are JSON, XML and a page in the folder of the results", () => {
  const paths = ["out/breakpoint.json", "out/breakpoint.xml", "out/breakpoint.html", "stdout"];
  assert.deepEqual(Object.keys(files), paths);
  const { metrics, load } = JSON.parse(files["out/breakpoint.json"]);
  assert.deepEqual([metrics.server_queue.values.med, load.latencyMs], [3, 500]);
});

Deno.test("junitXml() has a case for each objective and check, failures with what was measured", () => {
  const suite = wellFormed(files["out/breakpoint.xml"]).documentElement!;
  const cases = [...suite.getElementsByTagName("testcase")].map((one) => [
    one.getAttribute("name"),
    one.getElementsByTagName("failure")[0]?.getAttribute("message") ?? "held",
    one.textContent,
  ]);
  assert.deepEqual(cases, [
    ["http_req_duration{kind:probe} p(95)<10", "measured 12.3 ms", "12.3 ms"],
    ["forecast_duration{kind:batch} p(95)<2000", "held", "no sample"],
    ['check: a "page" is < answered', "measured 3 of 4 held", "3 of 4 held"],
  ]);
  assert.deepEqual(["tests", "failures", "time"].map((name) => suite.getAttribute(name)), [
    "3",
    "2",
    "12.000",
  ]);
});

Deno.test("reportPage() has the verdict, the knee, charts over time and by rate, and the figures", () => {
  const page = wellFormed(files["out/breakpoint.html"]).documentElement!;
  const titles = [...page.getElementsByTagName("svg")].map((svg) =>
    svg.getElementsByTagName("title")[0].textContent
  );
  assert.equal(titles.length, 5);
  assert.ok(titles.includes("Latency by rate (ms)"));
  const text = page.textContent ?? "";
  assert.match(text, /1 of 2 objectives crossed/);
  assert.match(text, /Knee: 2\.00 forecasts a second/);
  assert.match(text, /med 3\.0 ms, p\(95\) 8\.0 ms, count 20/);
  assert.match(text, /rate 10\.00%, passes 2, fails 18/);
});

Deno.test("consoleText() has a line for each phase and objective", () => {
  assert.match(files.stdout, /step-2: offered 4\.00\/s, answered 3\.00\/s, refused 1\.00\/s/);
  assert.match(files.stdout, /CROSSED http_req_duration\{kind:probe\} p\(95\)<10: 12\.3 ms/);
  assert.match(files.stdout, /knee: 2\.00\/s/);
});
