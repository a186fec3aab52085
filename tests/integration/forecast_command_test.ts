/** The command line as a process. */
import assert from "node:assert/strict";
import { exampleCsv, EXAMPLES } from "../../examples/make_example.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function forecast(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=forecast", "src/cli/forecast.ts", ...args],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("the example file is what its generator makes", async () => {
  for (const [name, options] of Object.entries(EXAMPLES)) {
    assert.equal(await Deno.readTextFile(`${ROOT}examples/${name}`), exampleCsv(options));
  }
});

Deno.test("forecast prints the same JSON for the same seed and draws a chart", async () => {
  const svg = await Deno.makeTempFile({ suffix: ".svg" });
  try {
    const args = ["examples/synthetic-1h.csv", "--horizon", "5", "--seed", "7", "--samples", "4"];
    const first = await forecast(...args, "--json", "--svg", svg);
    assert.equal(first.code, 0, first.err);
    const answer = JSON.parse(first.out);
    assert.equal(answer.prediction.length, 5);
    assert.equal(answer.prediction[0].timestamp, "2025-01-31T00:00:00");
    assert.deepEqual(Object.keys(answer.quantiles), ["0.1", "0.5", "0.9"]);
    assert.equal((await forecast(...args, "--json")).out, first.out);
    const chart = await Deno.readTextFile(svg);
    assert.equal(chart.match(/<g class="(up|down)">/g)?.length, 80);
    assert.match(chart, /class="band"/);
    const table = await forecast(...args);
    assert.equal(table.out.trim().split("\n").length, 6);
  } finally {
    await Deno.remove(svg);
  }
});

Deno.test("forecast says what is wrong and exits with the code for it", async () => {
  const bad = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(bad, "timestamp,open,high,low,close\n2024-01-01,1,2,1,x\n");
    const data = await forecast(bad);
    assert.equal(data.code, 65);
    assert.match(data.err, /line 2: close is "x", not a number/);
    assert.equal((await forecast()).code, 64);
    assert.equal((await forecast(bad, "--horizon", "0")).code, 64);
    assert.equal((await forecast("absent.csv")).code, 1);
    assert.equal((await forecast("--help")).code, 0);
  } finally {
    await Deno.remove(bad);
  }
});
