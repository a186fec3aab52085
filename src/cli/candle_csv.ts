/** Reads candles from a CSV file; what is wrong with it is told by line. */
import { parse } from "csv-parse/sync";
import { parseTimestamp, type Timestamp } from "../forecast/timestamps.ts";
import { FEATURES } from "../kronos/architecture.ts";

/** A file that holds no usable candles; the message names line, column and value. */
export class CandleFileError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override name = "CandleFileError";
}

/** The candles of a file. */
export interface CandleFile {
  /** `[time, 6]` */
  readonly candles: Float64Array;
  /** One for each candle, in the order of the file. */
  readonly timestamps: readonly Timestamp[];
}

const PRICES = ["open", "high", "low", "close"] as const;
const REQUIRED = ["timestamp", ...PRICES];

/** From here on an epoch counts milliseconds: as seconds it would be the year 5138. */
const MILLISECONDS_FROM = 1e11;

interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function readRows(text: string): Row[] {
  try {
    return parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Row[];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CandleFileError(`Cannot read the file as CSV: ${why}`, { cause: error });
  }
}

function wrong(
  line: number,
  column: string,
  value: string | undefined,
  rule: string,
): CandleFileError {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return new CandleFileError(`Cannot use line ${line}: ${column} is ${shown}, ${rule}`);
}

/** ISO 8601, or seconds or milliseconds since 1970. */
function readStamp(line: number, value: string): Timestamp {
  const epoch = /^\d{9,13}(?:\.\d+)?$/.test(value) ? Number(value) : null;
  const text = epoch === null
    ? value
    : new Date(epoch < MILLISECONDS_FROM ? epoch * 1000 : epoch).toISOString().slice(0, 19);
  const stamp = parseTimestamp(text);
  if (stamp === null) throw wrong(line, "timestamp", value, "not ISO 8601 nor an epoch");
  return stamp;
}

function readNumber(
  line: number,
  column: string,
  value: string | undefined,
  least: number,
): number {
  const number = value === undefined || value === "" ? NaN : Number(value);
  if (!Number.isFinite(number)) throw wrong(line, column, value, "not a number");
  if (number < least || (column !== "volume" && column !== "amount" && number === 0)) {
    throw wrong(line, column, value, least === 0 && number < 0 ? "below 0" : "not above 0");
  }
  return number;
}

function readCandle(line: number, record: Readonly<Record<string, string>>): number[] {
  const [open, high, low, close] = PRICES.map((name) => readNumber(line, name, record[name], 0));
  if (high < Math.max(open, close)) throw wrong(line, "high", record.high, "below open or close");
  if (low > Math.min(open, close)) throw wrong(line, "low", record.low, "above open or close");
  const optional = (name: string, absent: number): number =>
    (record[name] ?? "") === "" ? absent : readNumber(line, name, record[name], 0);
  const volume = optional("volume", 0);
  const amount = optional("amount", volume * (open + high + low + close) / 4);
  return [open, high, low, close, volume, amount];
}

/**
 * Parses the text of a CSV: a header in any order with timestamp, open, high, low, close and, where
 * known, volume and amount; rows in time order.
 *
 * @throws CandleFileError
 */
export function parseCandleCsv(text: string): CandleFile {
  const rows = readRows(text);
  if (rows.length === 0) throw new CandleFileError("Cannot use the file: it has no rows");
  const missing = REQUIRED.filter((name) => !(name in rows[0].record));
  if (missing.length > 0) {
    throw new CandleFileError(`Cannot use the file: the header has no ${missing.join(", ")}`);
  }
  const candles = new Float64Array(rows.length * FEATURES);
  const timestamps: Timestamp[] = [];
  rows.forEach(({ record, info: { lines } }, i) => {
    const stamp = readStamp(lines, record.timestamp);
    const previous = timestamps.at(-1);
    if (previous !== undefined && stamp.micros <= previous.micros) {
      throw wrong(lines, "timestamp", record.timestamp, `not after ${previous.text}`);
    }
    timestamps.push(stamp);
    candles.set(readCandle(lines, record), i * FEATURES);
  });
  return { candles, timestamps };
}
