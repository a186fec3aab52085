import { join } from "node:path";
import { type EvaluationSeries, marketOf } from "../evaluation/evaluation_series.ts";
import { wallMilliseconds } from "../forecast/timestamps.ts";
import { CandleFileError, parseCandleCsv } from "./candle_csv.ts";
import { type ParquetSeries, readCandleParquet } from "./candle_parquet.ts";

/** A CSV holds one series, which has the file's name. */
function seriesOfCsv(id: string, text: string): ParquetSeries {
  const { candles, timestamps } = parseCandleCsv(text);
  return { id, candles, times: Float64Array.from(timestamps, wallMilliseconds) };
}

/**
 * Reads every `MARKET-FREQUENCY.parquet` and `.csv` of a folder, in the order of their names.
 *
 * @param wanted which files to read, by name without the ending
 * @throws CandleFileError naming the file that cannot be used, or where there is none
 */
export async function readCandleFolder(
  folder: string,
  wanted: (file: string) => boolean,
): Promise<EvaluationSeries[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .filter((name) => /\.(?:parquet|csv)$/.test(name))
    .filter((name) => wanted(name.replace(/\.\w+$/, "")))
    .toSorted();
  if (names.length === 0) {
    throw new CandleFileError(
      `Cannot evaluate ${folder}: it has no .parquet or .csv that is wanted`,
    );
  }
  const series: EvaluationSeries[] = [];
  for (const name of names) {
    const file = name.replace(/\.\w+$/, "");
    const bytes = await Deno.readFile(join(folder, name));
    try {
      const found = name.endsWith(".csv")
        ? [seriesOfCsv(file, new TextDecoder().decode(bytes))]
        : await readCandleParquet(bytes);
      for (const one of found) series.push({ ...one, file, market: marketOf(file) });
    } catch (cause) {
      if (!(cause instanceof CandleFileError)) throw cause;
      throw new CandleFileError(`${name}: ${cause.message}`, { cause });
    }
  }
  return series;
}
