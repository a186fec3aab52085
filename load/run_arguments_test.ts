import assert from "node:assert/strict";
import { readRunPlan, SCENARIOS } from "./run_arguments.ts";

Deno.test("readRunPlan() makes flags and variables to variables of k6, flags first", () => {
  const args = ["spike", "--rate", "3", "--latency-ms", "500"];
  const plan = readRunPlan(args, { RATE: "9", CANDLES: "100", HOME: "/root" });
  assert.deepEqual(plan, {
    scenario: "spike",
    baseUrl: null,
    results: "load/results",
    variables: { RATE: "3", LATENCY_MS: "500", CANDLES: "100", RESULTS: "load/results" },
  });
});

Deno.test("readRunPlan() takes BASE_URL as a service that runs", () => {
  const { baseUrl, variables } = readRunPlan(["smoke"], { BASE_URL: "http://a:1" });
  assert.deepEqual([baseUrl, variables.BASE_URL], ["http://a:1", "http://a:1"]);
});

Deno.test("readRunPlan() refuses no scenario, two, one that there is not, and unknown flags", () => {
  for (const args of [[], ["smoke", "spike"], ["toString"], ["smoke", "--speed", "9"]]) {
    assert.throws(() => readRunPlan(args, {}), TypeError, args.join(" "));
  }
});

Deno.test("every scenario has its script and its task", async () => {
  const root = new URL("../", import.meta.url);
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const scripts = [...Deno.readDirSync(new URL("load/scenarios", root))].map(({ name }) => name);
  const names = Object.keys(SCENARIOS);
  assert.deepEqual(scripts.toSorted(), names.map((name) => `${name}.ts`).toSorted());
  const loadTasks = Object.keys(tasks).filter((task) => task.startsWith("load:"));
  assert.deepEqual(loadTasks.toSorted(), names.map((name) => `load:${name}`).toSorted());
});
