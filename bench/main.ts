/**
 * `deno task bench [--json FILE] [--repeats N] [--threads N]`: the time of one forecast by phase, on
 * WASM and on native onnxruntime with the same graphs in turn, and the ratio of the two. Machines are
 * noisy: the ratio is the figure to quote.
 */
import { parseArgs } from "node:util";
import { type BenchCase, type BenchResult, median } from "./case.ts";

/** Published sizes are made of random weights: time does not depend on them. */
const SHAPES = ["nano", "mini", "small"] as const;

/** Rounds of wasm, native, wasm, native, ...: drift of the machine meets both alike. */
const ROUNDS = 3;

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    repeats: { type: "string", default: "2" },
    threads: { type: "string", default: "2" },
    shapes: { type: "string", default: SHAPES.join(",") },
  },
});

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
  const checkpoint = `${scratch}/${shape}-checkpoint`;
  await run([
    path("../src/importer/random_checkpoint.ts"),
    "--shape",
    shape,
    "--out",
    checkpoint,
    "--seed",
    "1",
  ]);
  const folder = `${scratch}/${shape}`;
  await run([
    path("../src/importer/main.ts"),
    "--model",
    `${checkpoint}/model`,
    "--tokenizer",
    `${checkpoint}/tokenizer`,
    "--out",
    folder,
  ]);
  return folder;
}

async function measure(benchCase: BenchCase): Promise<BenchResult> {
  // The native runtime is not in the lock file, see run_case.ts.
  return JSON.parse(await run(["--no-lock", path("run_case.ts"), JSON.stringify(benchCase)]));
}

function middle(results: readonly BenchResult[], name: keyof BenchResult): number {
  return median(results.map((result) => result[name]));
}

const scratch = await Deno.makeTempDir({ prefix: "kronos-bench-" });
const rows: Record<string, number | string>[] = [];
try {
  for (const shape of values.shapes.split(",")) {
    const modelPath = await modelFolder(shape, scratch);
    for (const paths of [1, 32]) {
      const results: Record<BenchCase["device"], BenchResult[]> = { wasm: [], native: [] };
      for (let round = 0; round < ROUNDS; round++) {
        for (const device of ["wasm", "native"] as const) {
          const threads = Number(values.threads);
          const repeats = Number(values.repeats);
          const benchCase = {
            modelPath,
            device,
            threads,
            context: 400,
            horizon: 120,
            paths,
            repeats,
          };
          results[device].push(await measure(benchCase));
        }
      }
      const total = middle(results.wasm, "totalMs");
      rows.push({
        shape,
        paths,
        "load ms": Math.round(middle(results.wasm, "loadMs")),
        "tokenize ms": Math.round(middle(results.wasm, "tokenizeMs")),
        "prefill ms": Math.round(middle(results.wasm, "prefillMs")),
        "decode ms": Math.round(middle(results.wasm, "decodeMs")),
        "total ms": Math.round(total),
        "native ms": Math.round(middle(results.native, "totalMs")),
        "wasm/native": (total / middle(results.native, "totalMs")).toFixed(2),
        "rss MB": Math.round(middle(results.wasm, "rssMb")),
      });
    }
  }
} finally {
  await Deno.remove(scratch, { recursive: true });
}
console.table(rows);
if (values.json !== undefined) await Deno.writeTextFile(values.json, JSON.stringify(rows, null, 2));
