/** A backtest of the real service beside the evaluation of the same windows from the command line. */
import assert from "node:assert/strict";
import { parseCandleCsv } from "../../src/cli/candle_csv.ts";
import { FEATURES } from "../../src/kronos/architecture.ts";
import { ServiceProcess } from "./service_process.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const [CONTEXT, HORIZON, WINDOWS, PATHS, SEED] = [100, 64, 3, 10, 5];

/** The last rows of the example, of which an evaluation takes every window that there is. */
async function lastRows(): Promise<string> {
  const text = await Deno.readTextFile(`${ROOT}examples/synthetic-1h.csv`);
  const [header, ...rows] = text.trimEnd().split("\n");
  return [header, ...rows.slice(-(CONTEXT + HORIZON + WINDOWS - 1))].join("\n");
}

/** What `deno task evaluate` writes of these candles. */
async function evaluated(csv: string): Promise<{
  readonly overall: Readonly<Record<string, unknown>>;
  readonly cells: readonly Readonly<Record<string, unknown>>[];
}> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/synthetic-1h.csv`, csv);
    const json = `${folder}/scores.json`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-P=evaluate", "src/cli/evaluate.ts", folder, "--json", json],
        ...["--windows", String(WINDOWS), "--context", String(CONTEXT), "--paths", String(PATHS)],
        ...["--seed", String(SEED), "--replicas", "1"],
      ],
      cwd: ROOT,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return JSON.parse(await Deno.readTextFile(json));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a backtest has the numbers of `deno task evaluate` for the same windows", async () => {
  const csv = await lastRows();
  const { candles, timestamps } = parseCandleCsv(csv);
  await using service = await ServiceProcess.ready();
  const response = await service.post("/v1/backtest", {
    candles: timestamps.map((_, t) => {
      const [open, high, low, close, volume, amount] = candles.subarray(t * FEATURES);
      return { open, high, low, close, volume, amount };
    }),
    timestamps: timestamps.map(({ text }) => text),
    horizon: HORIZON,
    windows: WINDOWS,
    step: 1,
    context: CONTEXT,
    seed: SEED,
    overrides: { sample_count: PATHS },
  });
  assert.equal(response.status, 200, await response.clone().text());
  const answer = await response.json();
  const { overall, cells } = await evaluated(csv);
  assert.equal(answer.windows.length, overall.windows);
  assert.deepEqual(answer.crps_ratio, overall.ratio);
  assert.deepEqual(answer.mae_ratio, overall.errorRatio);
  assert.deepEqual(answer.direction, overall.direction);
  assert.deepEqual(Object.values(answer.coverage), overall.coverage);
  for (const [i, { step, crps, error, coverage, direction }] of cells.entries()) {
    const scored = answer.steps[i];
    assert.deepEqual([scored.step, scored.crps, scored.mae.model], [step, crps, error]);
    assert.deepEqual([Object.values(scored.coverage), scored.direction], [coverage, direction]);
  }
});
