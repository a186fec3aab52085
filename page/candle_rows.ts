/**
 * Reads candles from a CSV as people have them. What a cell holds is not judged here: the service
 * names every problem of a request, and each row knows its line.
 */
import { parse } from "csv-parse/sync";
import { parseTimestamp } from "../src/forecast/timestamps.ts";

/** Columns of numbers, as the service names them. */
export const COLUMNS = ["open", "high", "low", "close", "volume", "amount"] as const;

/** One of them. */
export type Column = (typeof COLUMNS)[number];

/** One candle of the file. */
export interface CandleRow {
  /** The line of the file where its row ends, from 1. */
  readonly line: number;
  /** The row as it is written. */
  readonly text: string;
  /** As it will be sent. */
  readonly timestamp: string;
  /** Cells by column: numbers, text that is none, or nothing where the cell is empty. */
  readonly cells: Readonly<Partial<Record<Column, number | string>>>;
}

/** A file in which no candles can be found. */
export class CandleRowsError extends Error {
  /** Shown by `toString()`; without it it would say `Error`. */
  override name = "CandleRowsError";
  /** The line that is the cause, from 1. */
  readonly line: number;

  /** What is wrong with a line. */
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

type Place = Column | "timestamp" | "clock";

/** What exchanges, terminals and libraries call them; in lower case, punctuation as spaces. */
const NAMES: Readonly<Record<Place, readonly string[]>> = {
  timestamp: ["timestamp", "timestamps", "datetime", "date time", "date", "open time", "opentime"],
  clock: ["time"],
  open: ["open", "o"],
  high: ["high", "h"],
  low: ["low", "l"],
  close: ["close", "c"],
  volume: ["volume", "vol", "v", "tick volume", "tickvol"],
  amount: ["amount", "turnover", "quote volume", "quote asset volume"],
};

/** Where columns are in a file without a header, as exchanges write their archives. */
const WITHOUT_HEADER: readonly Place[] = ["timestamp", "open", "high", "low", "close", "volume"];

/** From these on an epoch counts milliseconds, and microseconds: as seconds it would be the year 5138. */
const MILLISECONDS_FROM = 1e11;
const MICROSECONDS_FROM = 1e14;

interface Row {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

function readRows(text: string): Row[] {
  try {
    return parse(text, {
      bom: true,
      delimiter: [",", ";", "\t"],
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Row[];
  } catch (error) {
    const { lines, message } = error as Error & { readonly lines?: number };
    throw new CandleRowsError(lines ?? 1, `This cannot be read as CSV: ${message}`);
  }
}

/** Which place each column of a header is; undefined for what is not needed. */
function placesOf(header: readonly string[]): (Place | undefined)[] {
  const taken = new Set<Place>();
  return header.map((cell) => {
    const name = cell.toLowerCase().replace(/[^a-z]+/g, " ").trim();
    const place = (Object.keys(NAMES) as Place[]).find((one) => NAMES[one].includes(name));
    if (place === undefined || taken.has(place)) return undefined;
    taken.add(place);
    return place;
  });
}

/** ISO 8601 from an epoch or from a date with dots or slashes after the year; others stay as they are. */
function isoText(cell: string): string {
  if (/^\d{9,16}(?:\.\d+)?$/.test(cell)) {
    const epoch = Number(cell);
    const ms = epoch < MILLISECONDS_FROM
      ? epoch * 1000
      : epoch < MICROSECONDS_FROM
      ? epoch
      : epoch / 1000;
    return new Date(ms).toISOString().slice(0, 19);
  }
  return cell.replace(/^(\d{4})[./](\d{2})[./](\d{2})/, "$1-$2-$3").replace(/ ?UTC$/, "Z");
}

/** A number, also with commas between thousands; text that is none; undefined where nothing is. */
function cellValue(cell: string | undefined): number | string | undefined {
  if (cell === undefined || cell === "") return undefined;
  const plain = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(cell) ? cell.replaceAll(",", "") : cell;
  const value = Number(plain);
  return Number.isFinite(value) ? value : cell;
}

function candleRow({ record, raw, info }: Row, places: readonly (Place | undefined)[]): CandleRow {
  const cell = (place: Place): string | undefined => record[places.indexOf(place)];
  const [date, clock] = [cell("timestamp"), cell("clock")];
  const isDay = date !== undefined && /^\d{4}[-./]\d{2}[-./]\d{2}$/.test(date);
  const stamp = isDay && clock !== undefined ? `${date} ${clock}` : date ?? clock ?? "";
  const cells: Partial<Record<Column, number | string>> = {};
  for (const column of COLUMNS) {
    const value = cellValue(cell(column));
    if (value !== undefined) cells[column] = value;
  }
  return { line: info.lines, text: raw.trim(), timestamp: isoText(stamp), cells };
}

/** Whether the first row is the latest, as some exchanges write. */
function isDescending(rows: readonly CandleRow[]): boolean {
  const [first, last] = [rows[0], rows[rows.length - 1]].map(({ timestamp }) =>
    parseTimestamp(timestamp)
  );
  return first !== null && last !== null && first.micros > last.micros;
}

/**
 * The candles of a file, the earliest first: commas, semicolons or tabs; a header in any order, or
 * none; ISO 8601, an epoch, or a date and a time in two columns; the latest row may come first.
 *
 * @throws CandleRowsError where there are no rows, or no column of time or of a price
 */
export function candleRows(text: string): CandleRow[] {
  const [first, ...rest] = readRows(text);
  if (first === undefined) throw new CandleRowsError(1, "There are no rows");
  const hasHeader = first.record.some((cell) => /^\D*[a-z]\D*$/i.test(cell));
  const places = hasHeader ? placesOf(first.record) : WITHOUT_HEADER;
  const missing = ["open", "high", "low", "close"].filter((name) =>
    !places.includes(name as Place)
  );
  if (!places.includes("timestamp") && !places.includes("clock")) missing.unshift("timestamp");
  if (missing.length > 0) {
    const found = first.record.join(", ").slice(0, 200);
    throw new CandleRowsError(first.info.lines, `No column ${missing.join(", ")}; found ${found}`);
  }
  const rows = (hasHeader ? rest : [first, ...rest]).map((row) => candleRow(row, places));
  if (rows.length === 0) throw new CandleRowsError(first.info.lines, "No rows below the header");
  return isDescending(rows) ? rows.reverse() : rows;
}
