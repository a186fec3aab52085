/**
 * schemathesis against the running service, from its own document: no 500, no answer that the document
 * does not state, no error without its body. `pip install -r tests/integration/fuzz_requirements.txt`.
 */
import assert from "node:assert/strict";
import { testWithTools } from "../test_with_tools.ts";
import { ServiceProcess } from "./service_process.ts";

/** How long it looks for faults, in seconds. */
const FUZZ_S = 50;

/** Inputs that it must have tried for the result to say something. */
const MIN_CASES = 300;

const CONFIG = new URL("schemathesis.toml", import.meta.url).pathname;

await testWithTools(
  "schemathesis finds no fault in the running service",
  ["schemathesis"],
  async () => {
    await using service = await ServiceProcess.ready({ KRONOS_LAME_DUCK_MS: "0" });
    const scratch = await Deno.makeTempDir();
    const fuzzer = new Deno.Command("schemathesis", {
      args: [
        ...["--config-file", CONFIG, "run", `${service.origin}/openapi.json`],
        ...["--phases", "examples,coverage,fuzzing", "--max-time", String(FUZZ_S)],
        ...["--seed", "1", "--continue-on-failure", "--no-shrink", "--no-color"],
      ],
      cwd: scratch,
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await fuzzer.output();
    await Deno.remove(scratch, { recursive: true });
    const report = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, report);
    const cases = Number(/(\d+) generated/.exec(report)?.[1] ?? 0);
    assert.ok(cases >= MIN_CASES, report);
    const broken = service.lines.filter(({ level, status }) => level === "ERROR" || status === 500);
    assert.deepEqual(broken, []);
    assert.equal(await service.stop(), 0);
  },
);
