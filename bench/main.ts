/**
 * `deno task bench [--json FILE] [--shapes nano,mini,small] [--repeats N] [--rounds N] [--cases TEXT]`:
 * forecasts of 400 candles, 120 steps, by phase, shape and number of paths; throughput by the number of
 * series together; memory; each beside native onnxruntime on the same graphs, where `deno task
 * native:install` was run; and what that says of the goals. Machines are noisy: the ratios are the
 * figures to quote.
 */
import { parseArgs } from "node:util";
import { nativeRuntime, NativeRuntimeError } from "../src/inference/native_runtime.ts";
import type { BenchCase, Variant } from "./case.ts";
import { caseName, caseRows, goalRows, type Measured, referenceScale } from "./report.ts";

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    shapes: { type: "string", default: "nano,mini,small" },
    repeats: { type: "string", default: "3" },
    rounds: { type: "string", default: "1" },
    cases: { type: "string", default: "" },
  },
});

const ONE: Variant = {
  device: "wasm",
  precision: "f32",
  replicas: 1,
  threads: 2,
  series: 1,
  paths: 1,
};

/** As served: a replica a core, one thread each. */
const SERVED = { replicas: 2, threads: 1 };

const PATHS: Variant[] = [
  ONE,
  { ...ONE, precision: "int8" },
  { ...ONE, device: "native" },
];
const THIRTY_TWO = PATHS.flatMap((variant) => [
  { ...variant, paths: 32 },
  { ...variant, ...SERVED, paths: 32 },
]);
const THROUGHPUT = [1, 4, 16].map((series) => ({ ...ONE, ...SERVED, series }));

/** Published sizes are made of random weights: with the same rows time hardly depends on them. */
const CASES: Readonly<Record<string, readonly Variant[]>> = {
  nano: [...PATHS, ...THIRTY_TWO, ...THROUGHPUT],
  mini: [...PATHS, ...THIRTY_TWO],
  small: PATHS,
};

async function run(args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", ...args],
  }).output();
  if (code === 0) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot run ${args[0]}: exit code ${code}\n${new TextDecoder().decode(stderr)}`);
}

function path(relative: string): string {
  return new URL(relative, import.meta.url).pathname;
}

async function modelFolder(shape: string, scratch: string): Promise<string> {
  if (shape === "nano") return path("../models/nano");
  const [checkpoint, folder] = [`${scratch}/${shape}-checkpoint`, `${scratch}/${shape}`];
  const random = path("../src/importer/random_checkpoint.ts");
  await run([random, "--shape", shape, "--out", checkpoint, "--seed", "1"]);
  const sources = ["--model", `${checkpoint}/model`, "--tokenizer", `${checkpoint}/tokenizer`];
  await run([path("../src/importer/main.ts"), ...sources, "--out", folder]);
  return folder;
}

function isNativeThere(): boolean {
  try {
    nativeRuntime();
    return true;
  } catch (error) {
    if (error instanceof NativeRuntimeError) return false;
    throw error;
  }
}

/** Rounds of all cases of a shape in turn: drift of the machine meets all alike. */
async function measure(shape: string, scratch: string): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  const native = isNativeThere();
  const wanted = CASES[shape].filter((variant) =>
    (native || variant.device === "wasm") && caseName(shape, variant).includes(values.cases)
  );
  if (wanted.length === 0) return measured;
  const modelPath = await modelFolder(shape, scratch);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const variant of wanted) {
      const numbers = { context: 400, horizon: 120, repeats: Number(values.repeats) };
      const benchCase: BenchCase = { ...variant, modelPath, ...numbers };
      const result = JSON.parse(await run([path("run_case.ts"), JSON.stringify(benchCase)]));
      const name = caseName(shape, variant);
      console.error(`${name}: ${Math.round(result.totalMs)} ms`);
      const results = [...measured.get(name)?.results ?? [], result];
      measured.set(name, { shape, variant, results });
    }
  }
  return measured;
}

const start = performance.now();
const scratch = await Deno.makeTempDir({ prefix: "kronos-bench-" });
const measured = new Map<string, Measured>();
try {
  for (const shape of values.shapes.split(",")) {
    for (const [name, each] of await measure(shape, scratch)) measured.set(name, each);
  }
} finally {
  await Deno.remove(scratch, { recursive: true });
}
const [cases, goals, scale] = [caseRows(measured), goalRows(measured), referenceScale(measured)];
const seconds = Math.round((performance.now() - start) / 1000);
console.log("case: shape, series x paths, device, precision, replicas x threads");
console.table(cases);
console.log(`goals, where a second of the reference is ${scale?.toFixed(2) ?? "not known"} here`);
console.table(goals);
console.log(`${cases.length} cases in ${seconds} s`);
if (values.json !== undefined) {
  const report = { cases, goals, reference_scale: scale, seconds };
  await Deno.writeTextFile(values.json, JSON.stringify(report, null, 2));
}
