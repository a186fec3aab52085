/** Evaluation and calibration as processes, on the example of this repository. */
import assert from "node:assert/strict";
import { parseManifest } from "../../src/inference/manifest.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const QUICK = [
  ...["examples", "--only", "synthetic-1h", "--windows", "2", "--paths", "3"],
  ...["--context", "64", "--replicas", "1"],
];

async function run(command: "evaluate" | "calibrate" | "forecast", ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=evaluate", `src/cli/${command}.ts`, ...args],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const evaluate = (...args: string[]) => run("evaluate", ...args);

Deno.test("evaluate prints a table, and the same figures as JSON and as a figure", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [json, svg] = [`${folder}/scores.json`, `${folder}/scores.svg`];
    const { code, out, err } = await evaluate(...QUICK, "--json", json, "--svg", svg);
    assert.equal(code, 0, err);
    const summary = JSON.parse(await Deno.readTextFile(json));
    assert.equal(summary.overall.windows, 2);
    assert.deepEqual(summary.steps, [1, 4, 16, 64]);
    const { roughness, touches } = summary.paths.overall;
    assert.match(out, new RegExp(`^all +2 +${roughness.value.toFixed(3)} `, "m"));
    assert.match(
      out,
      new RegExp(`^by candle, step 1 +0\\.5 +${touches[0].model.toFixed(3)} `, "m"),
    );
    assert.deepEqual(Object.keys(summary.files), ["synthetic-1h"]);
    assert.match(out, new RegExp(`^all +2 +${summary.overall.ratio.value.toFixed(3)} `, "m"));
    assert.ok(out.startsWith(summary.title));
    assert.match(await Deno.readTextFile(svg), /^<svg [^]*class="interval"[^]*<\/svg>\n$/);
    const again = await evaluate(...QUICK);
    assert.equal(again.out, out);
    const elsewhere = await evaluate(...QUICK, "--anchor", "off", "--top-p", "0.5");
    assert.match(elsewhere.out, /top_p 0\.5, .*not anchored/);
    assert.notEqual(elsewhere.out, out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("evaluate says what is wrong and exits with the code for it", async () => {
  assert.equal((await evaluate()).code, 64);
  assert.equal((await evaluate(...QUICK, "--anchor", "perhaps")).code, 64);
  assert.equal((await evaluate(...QUICK, "--from", "soon")).code, 64);
  const late = await evaluate(...QUICK, "--from", "2030-01-01");
  assert.equal(late.code, 65);
  assert.match(late.err, /no series has 64 candles and 64 to compare with/);
  assert.equal((await evaluate(...QUICK, "--only", "absent-1h")).code, 65);
  assert.equal((await evaluate("--help")).code, 0);
});

Deno.test("calibrate writes what it fitted to the manifest, and forecasts follow it", async () => {
  const model = await Deno.makeTempDir();
  try {
    for await (const { name } of Deno.readDir(`${ROOT}models/nano`)) {
      await Deno.copyFile(`${ROOT}models/nano/${name}`, `${model}/${name}`);
    }
    const path = `${model}/manifest.json`;
    const { calibration: _, ...before } = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify(before));
    const args = ["examples/synthetic-1h.csv", "--horizon", "4", "--samples", "8", "--seed", "1"];
    const forecast = () => run("forecast", ...args, "--top-p", "0.8", "--model", model);
    const plain = await forecast();
    const quick = [...QUICK, "--model", model, "--paths", "8", "--top-p", "0.8"];
    const fit = await run("calibrate", ...quick);
    assert.equal(fit.code, 0, fit.err);
    assert.match(fit.out, /, not calibrated, .*; then by the other half of the time/);
    const after = parseManifest(JSON.parse(await Deno.readTextFile(path)));
    assert.deepEqual(after.calibration?.steps, [1, 4, 16, 64]);
    assert.deepEqual(after.calibration?.sampling, { temperature: 1, top_k: 0, top_p: 0.8 });
    assert.equal(after.defaults.top_p, 0.8);
    assert.deepEqual(after.files, before.files);
    assert.notEqual((await forecast()).out, plain.out);
    const [on, off] = await Promise.all([
      evaluate(...quick),
      evaluate(...quick, "--calibration", "off"),
    ]);
    assert.match(on.out, /, calibrated, /);
    assert.match(off.out, /, not calibrated, /);
  } finally {
    await Deno.remove(model, { recursive: true });
  }
});
