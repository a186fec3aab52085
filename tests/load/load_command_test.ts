/** The commands of `deno task load:...`, with the real k6. */
import assert from "node:assert/strict";
import { K6_VERSION } from "../../load/k6_process.ts";
import { ROOT } from "../deploy/command_output.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { testWithTools } from "../test_with_tools.ts";
import { loadCommand, type LoadRun, startLoadCommand, wellFormed } from "./load_command.ts";

/** Small forecasts, on a machine that may be slow: latency is not what these tests are about. */
const SMALL = ["--candles", "40", "--horizon", "4", "--paths", "2", "--latency-ms", "120000"];

/** Runs a scenario on the tiny model, unless told otherwise, with its reports in a folder that passes. */
async function withRun(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  look: (run: LoadRun, report: (extension: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const results = await Deno.makeTempDir({ prefix: "kronos-load-" });
  try {
    const run = await loadCommand([...args, "--results", results], environment);
    await look(run, (extension) => Deno.readTextFile(`${results}/${args[0]}.${extension}`));
  } finally {
    await Deno.remove(results, { recursive: true });
  }
}

function assertNothingLost({ code, output }: LoadRun): void {
  assert.equal(code, 0, output);
  const receipts = [...output.matchAll(/receipt: .*/g)].map(([line]) => line);
  assert.ok(receipts.length > 0, output);
  for (const receipt of receipts) assert.match(receipt, /aborted 0, gone 0, lost 0$/);
}

await testWithTools(
  "load:smoke starts the default model, asks everything, stops it, and writes three reports",
  ["k6"],
  () =>
    withRun(["smoke", ...SMALL, "--duration", "6"], {}, async (run, report) => {
      assertNothingLost(run);
      const { metrics } = JSON.parse(await report("json"));
      const answered = metrics.forecasts_answered.values.count;
      assert.ok(answered > 0);
      assert.ok(metrics.server_decode.values.count === answered, "Server-Timing of every forecast");

      const suite = wellFormed(await report("xml")).documentElement!;
      assert.equal(suite.getAttribute("failures"), "0");
      const cases = [...suite.getElementsByTagName("testcase")];
      assert.equal(suite.getAttribute("tests"), String(cases.length));
      const figures = new Map(cases.map((one) => [one.getAttribute("name"), one.textContent]));
      assert.equal(figures.get("forecasts_answered count>0"), String(answered));
      assert.equal(figures.get("forecasts_failed{exempt:false} rate==0"), "0.00%");
      assert.match(figures.get("check: /openapi.json is answered") ?? "", /^[1-9]\d* of/);

      const page = wellFormed(await report("html"));
      assert.ok(page.getElementsByTagName("svg").length >= 3);
      assert.ok(page.getElementsByTagName("rect").length > 3, "bars");
      const text = page.documentElement!.textContent ?? "";
      assert.match(text, /every objective held/);
      assert.ok(text.includes(`count ${answered}`), "the figures");
      assert.doesNotMatch(await report("html"), /(?:src|href)=/);
    }),
);

await testWithTools(
  "a crossed objective fails the command, and BASE_URL leaves the service alone",
  ["k6"],
  async () => {
    await using model = await TinyModelFolder.create();
    await using service = await ServiceProcess.ready(model.settings);
    const args = ["average", ...SMALL, "--duration", "4", "--latency-ms", "0.001"];
    await withRun(args, { BASE_URL: service.origin }, async ({ code, output }, report) => {
      assert.equal(code, 99, output);
      assert.match(output, /CROSSED forecast_duration\{kind:single\} p\(95\)<0\.001: \d/);
      assert.doesNotMatch(output, /receipt/);
      const suite = wellFormed(await report("xml")).documentElement!;
      assert.equal(suite.getAttribute("failures"), "2");
      assert.equal(suite.getElementsByTagName("failure").length, 2);
      const page = wellFormed(await report("html")).documentElement!;
      assert.match(page.textContent ?? "", /2 of \d+ objectives crossed/);
    });
    const ready = await service.get("/v1/readyz");
    await ready.body?.cancel();
    assert.equal(ready.status, 200);
    assert.equal(await service.stop("SIGINT"), 0);
  },
);

await testWithTools("an interrupted run writes what it measured until then", ["k6"], async () => {
  await using model = await TinyModelFolder.create();
  await using service = await ServiceProcess.ready(model.settings);
  const results = await Deno.makeTempDir({ prefix: "kronos-load-" });
  await using command = startLoadCommand(["soak", ...SMALL, "--results", results], {
    BASE_URL: service.origin,
  });
  await service.line(({ message, path }) => message === "request" && path === "/v1/predict/single");
  command.kill("SIGTERM");
  const { code } = await command.output();
  assert.equal(code, 130);
  const { metrics } = JSON.parse(await Deno.readTextFile(`${results}/soak.json`));
  assert.ok(metrics.http_reqs.values.count > 0);
  await Deno.remove(results, { recursive: true });
  assert.equal(await service.stop("SIGINT"), 0);
});

await testWithTools("a service that does not start fails the command", ["k6"], async () => {
  const { code, output } = await loadCommand(["smoke"], { KRONOS_WORKERS: "many" });
  assert.equal(code, 1);
  assert.match(output, /KRONOS_WORKERS/);
});

Deno.test("what names a version of k6 names the same", async () => {
  for (const path of [".ci/run", "README.md", "docs/load-testing.md"]) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    const versions = [...text.matchAll(/k6@(v[\d.]+\d)/g)].map(([, version]) => version);
    assert.deepEqual([...new Set(versions)], [K6_VERSION], path);
  }
});

Deno.test("without k6 the command says how to get it", async () => {
  const { code, output } = await loadCommand(["smoke"], { PATH: "/nowhere" });
  assert.equal(code, 127);
  assert.match(output, /go install go\.k6\.io\/k6@v1\.8\.1/);
});

Deno.test("a scenario that there is not is answered with those there are", async () => {
  const { code, output } = await loadCommand(["sprint"]);
  assert.equal(code, 2);
  assert.match(output, /Cannot run "sprint"[\s\S]*breakpoint[\s\S]*--rate \(RATE\)/);
});

await testWithTools(
  "load:spike answers or refuses everything, and is as before afterwards",
  ["k6"],
  async () => {
    await using model = await TinyModelFolder.create();
    const args = ["spike", ...SMALL, "--duration", "10", "--rate", "3"];
    await withRun(args, model.settings, async (run, report) => {
      assertNothingLost(run);
      const { metrics } = JSON.parse(await report("json"));
      const begun = (phase: string): number => {
        const { passes, fails } = metrics[`forecasts_failed{phase:${phase}}`].values;
        return passes + fails;
      };
      assert.ok(begun("spike") > 5 * begun("before"), "the spike was one");
    });
  },
);

await testWithTools(
  "load:rolling_restart restarts two instances behind HAProxy, and not a forecast fails",
  ["k6", "haproxy"],
  async () => {
    await using model = await TinyModelFolder.create();
    const args = ["rolling_restart", ...SMALL, "--duration", "20", "--rate", "10"];
    await withRun(args, model.settings, async (run, report) => {
      assertNothingLost(run);
      assert.match(run.output, /[1-9]\d* restarts, [1-9]\d* forecasts finished during them/);
      const { metrics } = JSON.parse(await report("json"));
      assert.equal(metrics.forecasts_failed.values.passes, 0);
      assert.equal(metrics.forecasts_refused.values.passes, 0);
      const finished = [...run.output.matchAll(/finished (\d+), refused/g)]
        .reduce((sum, [, count]) => sum + Number(count), 0);
      assert.equal(metrics.forecasts_answered.values.count, finished, "as the receipts say");
    });
  },
);
