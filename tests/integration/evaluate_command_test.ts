/** The evaluation as a process, on the example of this repository. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;
const QUICK = ["examples", "--windows", "2", "--paths", "3", "--context", "64", "--replicas", "1"];

async function evaluate(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=evaluate", "src/cli/evaluate.ts", ...args],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("evaluate prints a table, and the same figures as JSON and as a figure", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [json, svg] = [`${folder}/scores.json`, `${folder}/scores.svg`];
    const { code, out, err } = await evaluate(...QUICK, "--json", json, "--svg", svg);
    assert.equal(code, 0, err);
    const summary = JSON.parse(await Deno.readTextFile(json));
    assert.equal(summary.overall.windows, 2);
    assert.deepEqual(summary.steps, [1, 4, 16, 64]);
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
