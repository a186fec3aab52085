/** Reads the candles of several series from a Parquet file. */
import { parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { FEATURES } from "../kronos/architecture.ts";
import { CandleFileError } from "./candle_csv.ts";

/** The candles of one series. */
export interface ParquetSeries {
  /** As the file names it. */
  readonly id: string;
  /** `[time, 6]` */
  readonly candles: Float64Array;
  /** Wall clock of each candle in milliseconds, as if it were UTC; ascending. */
  readonly times: Float64Array;
}

const KEYS = ["series_id", "timestamp"];
const VALUES = ["open", "high", "low", "close", "volume", "amount"];

/** What makes a candle unusable; null where nothing does. */
function problemOf([open, high, low, close, volume, amount]: Float64Array): string | null {
  if (![open, high, low, close].every((price) => price > 0 && price < Infinity)) {
    return "a price is not above 0";
  }
  if (low > Math.min(open, close)) return "low is above open or close";
  if (high < Math.max(open, close)) return "high is below open or close";
  return volume >= 0 && amount >= 0 ? null : "volume or amount is below 0 or missing";
}

/** Neighbouring rows of one series belong together. */
function seriesOf(
  ids: readonly string[],
  times: Float64Array,
  candles: Float64Array,
): ParquetSeries[] {
  const series: ParquetSeries[] = [];
  for (let start = 0, row = 1; row <= ids.length; row++) {
    if (row < ids.length && ids[row] === ids[start]) {
      if (times[row] > times[row - 1]) continue;
      throw new CandleFileError(
        `Cannot use row ${row}: its time is not after that of row ${row - 1}`,
      );
    }
    series.push({
      id: ids[start],
      candles: candles.subarray(start * FEATURES, row * FEATURES),
      times: times.subarray(start, row),
    });
    start = row;
  }
  return series;
}

/**
 * Reads a Parquet file with the columns series_id, timestamp, open, high, low, close, volume and amount;
 * its rows ordered by series and then by time.
 *
 * @throws CandleFileError where it is no Parquet file, lacks a column, or holds a row that is no candle
 */
export async function readCandleParquet(bytes: Uint8Array): Promise<ParquetSeries[]> {
  const file = bytes.slice().buffer;
  const columns = [...KEYS, ...VALUES];
  let rows: number;
  const ids: string[] = [];
  let times = new Float64Array(0);
  let candles = new Float64Array(0);
  try {
    const metadata = await parquetMetadataAsync(file);
    const present = parquetSchema(metadata).children.map(({ element }) => element.name);
    const missing = columns.filter((name) => !present.includes(name));
    if (missing.length > 0) {
      throw new CandleFileError(`Cannot use the file: it has no column ${missing.join(", ")}`);
    }
    rows = Number(metadata.num_rows);
    times = new Float64Array(rows);
    candles = new Float64Array(rows * FEATURES);
    await parquetRead({
      file,
      metadata,
      columns,
      compressors,
      parsers: {
        timestampFromMilliseconds: (ms: bigint) => Number(ms),
        timestampFromMicroseconds: (us: bigint) => Number(us / 1000n),
        timestampFromNanoseconds: (ns: bigint) => Number(ns / 1_000_000n),
      },
      onChunk({ columnName, columnData, rowStart }) {
        const column = VALUES.indexOf(columnName);
        for (let i = 0; i < columnData.length; i++) {
          const row = rowStart + i;
          if (columnName === "series_id") ids[row] = String(columnData[i]);
          else if (columnName === "timestamp") times[row] = Number(columnData[i]);
          else candles[row * FEATURES + column] = columnData[i];
        }
      },
    });
  } catch (cause) {
    if (cause instanceof CandleFileError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CandleFileError(`Cannot read the file as Parquet: ${why}`, { cause });
  }
  for (let row = 0; row < rows; row++) {
    const problem = problemOf(candles.subarray(row * FEATURES, (row + 1) * FEATURES));
    if (problem !== null) throw new CandleFileError(`Cannot use row ${row}: ${problem}`);
  }
  return seriesOf(ids, times, candles);
}
