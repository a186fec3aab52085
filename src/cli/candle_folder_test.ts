import assert from "node:assert/strict";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { CandleFileError } from "./candle_csv.ts";
import { readCandleFolder } from "./candle_folder.ts";

const DAY_MS = 86_400_000;

/** Two series of two daily candles each; `changes` replaces columns. */
function parquetOf(changes: Partial<Record<string, ColumnSource>> = {}): Uint8Array<ArrayBuffer> {
  const prices = (name: string, data: number[]): ColumnSource => ({ name, data, type: "FLOAT" });
  const days = [0, 1, 0, 1].map((day) => new Date(day * DAY_MS));
  const columns: Record<string, ColumnSource> = {
    series_id: { name: "series_id", data: ["fx.A", "fx.A", "fx.B", "fx.B"], type: "STRING" },
    timestamp: { name: "timestamp", data: days, type: "TIMESTAMP" },
    open: prices("open", [1, 2, 3, 4]),
    high: prices("high", [2, 3, 4, 5]),
    low: prices("low", [0.5, 1, 2, 3]),
    close: prices("close", [1.5, 2, 3, 4]),
    volume: prices("volume", [0, 10, 0, 30]),
    amount: prices("amount", [0, 20, 0, 120]),
    ...changes as Record<string, ColumnSource>,
  };
  return new Uint8Array(parquetWriteBuffer({ columnData: Object.values(columns) }));
}

async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readCandleFolder() reads series of Parquet and CSV, in the order of names", async () => {
  const csv = "timestamp,open,high,low,close\n1970-01-02T03:00:00+09:00,1,1,1,1\n";
  const files = { "fx-1d.parquet": parquetOf(), "btc-1h.csv": csv, "README.md": "# candles" };
  await inFolder(files, async (folder) => {
    const series = await readCandleFolder(folder, () => true);
    assert.deepEqual(
      series.map(({ id, file, market }) => [id, file, market]),
      [["btc-1h", "btc-1h", "btc"], ["fx.A", "fx-1d", "fx"], ["fx.B", "fx-1d", "fx"]],
    );
    // The wall clock as written, as the model sees it.
    assert.deepEqual([...series[0].times], [27 * DAY_MS / 24]);
    assert.deepEqual([...series[2].times], [0, DAY_MS]);
    assert.deepEqual([...series[2].candles], [3, 4, 2, 3, 0, 0, 4, 5, 3, 4, 30, 120]);
    const wanted = await readCandleFolder(folder, (file) => file === "btc-1h");
    assert.deepEqual(wanted.map(({ id }) => id), ["btc-1h"]);
  });
});

const day = new Date(DAY_MS);
const broken: Readonly<Record<string, [string | Uint8Array, RegExp]>> = {
  "no Parquet": ["nonsense", /^fx-1d\.parquet: Cannot read the file as Parquet/],
  "a low above the close": [
    parquetOf({ low: { name: "low", data: [0.5, 1, 3.5, 3], type: "FLOAT" } }),
    /^fx-1d\.parquet: Cannot use row 2: low is above open or close/,
  ],
  "times that do not ascend": [
    parquetOf({ timestamp: { name: "timestamp", data: [day, day, day, day], type: "TIMESTAMP" } }),
    /^fx-1d\.parquet: Cannot use row 1: its time is not after that of row 0/,
  ],
  "no close": [
    parquetOf({ close: { name: "last", data: [1, 2, 3, 4], type: "FLOAT" } }),
    /^fx-1d\.parquet: Cannot use the file: it has no column close/,
  ],
};

for (const [what, [content, says]] of Object.entries(broken)) {
  Deno.test(`readCandleFolder() throws CandleFileError for ${what}`, async () => {
    await inFolder({ "fx-1d.parquet": content }, async (folder) => {
      await assert.rejects(() => readCandleFolder(folder, () => true), (error) => {
        return error instanceof CandleFileError && says.test(error.message);
      });
    });
  });
}

Deno.test("readCandleFolder() throws CandleFileError where no file is wanted", async () => {
  await inFolder({ "fx-1d.parquet": parquetOf() }, async (folder) => {
    await assert.rejects(() => readCandleFolder(folder, () => false), CandleFileError);
  });
});
