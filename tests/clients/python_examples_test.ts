/** The Python examples against the real service; `pip install -r tests/integration/fuzz_requirements.txt`. */
import assert from "node:assert/strict";
import { ServiceProcess } from "../integration/service_process.ts";
import { programPath } from "../program_path.ts";
import { testWithTools } from "../test_with_tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const EXAMPLE = `${ROOT}examples/synthetic-1h.csv`;

/** Runs a script by the Python that stands beside schemathesis, which has `requests`. */
async function python(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly success: boolean; readonly lines: string[]; readonly errors: string }> {
  const folder = (await programPath("schemathesis"))?.replace(/[^/]+$/, "");
  const { success, stdout, stderr } = await new Deno.Command(`${folder}python`, {
    args: [`${ROOT}clients/python/${script}`, ...args],
    cwd: ROOT,
    env: { PYTHONDONTWRITEBYTECODE: "1", ...env },
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, lines: out.trim().split("\n"), errors };
}

await testWithTools("the old Python client gets its forecast, and the reason for a refusal", [
  "schemathesis",
], async () => {
  await using service = await ServiceProcess.ready({ KRONOS_WORKERS: "1" });
  const { success, lines, errors } = await python("example.py", [EXAMPLE, service.origin]);
  assert.ok(success, errors);
  assert.equal(lines.length, 12);
  assert.match(lines[0], /^2025-01-31T00:00:00 {2}\d+\.\d{4}$/);

  const broken = await Deno.makeTempFile();
  const text = await Deno.readTextFile(EXAMPLE);
  await Deno.writeTextFile(broken, text.replace(/,[\d.]+(?=,[\d.]+,[\d.]+\n$)/, ",-1"));
  const refused = await python("example.py", [broken, service.origin]);
  assert.ok(!refused.success);
  assert.match(refused.errors, /^ValidationError: Invalid input: candles\.close at index 399/);
  await Deno.remove(broken);
});

await testWithTools("the notebook runs to its end", ["schemathesis"], async () => {
  await using service = await ServiceProcess.ready({ KRONOS_WORKERS: "1" });
  const { success, lines, errors } = await python("notebook.py", [], {
    KRONOS_URL: service.origin,
    KRONOS_CSV: EXAMPLE,
  });
  assert.ok(success, errors);
  assert.match(lines[0], /^600 candles/);
  assert.equal(lines.filter((line) => line.startsWith("2025-01-31T")).length, 12);
  assert.equal(lines.filter((line) => /^(?:close_above|touch_below) .*%$/.test(line)).length, 2);
  assert.equal(lines.at(-1), "the same numbers");
});
