/** What an error of the service says of the rows of a file and the fields of a form. */
import type { KronosError } from "../clients/typescript/src/kronos_client.ts";
import type { CandleRow } from "./candle_rows.ts";

/** One thing that is wrong. */
export interface Problem {
  /** For people. */
  readonly message: string;
  /** The row that causes it; null where it is none. */
  readonly row: CandleRow | null;
  /** The column of the file, or the field of the request. */
  readonly field: string;
  /** What is there, where the service says. */
  readonly value: string | null;
}

/** Fields whose entries are the rows of the file. */
const ROW_FIELD = /^(?:candles(?:\.(\w+))?|(timestamps))$/;

/**
 * Every problem that an error names, those of rows first in the order of the file.
 *
 * @param rows as they were sent
 */
export function problemsOf(error: KronosError, rows: readonly CandleRow[]): Problem[] {
  const { issues } = error.details;
  if (issues === undefined) return [{ message: error.message, row: null, field: "", value: null }];
  const problems = issues.map(({ message, field = "", index, value }) => {
    const [, column, stamp] = ROW_FIELD.exec(field) ?? [];
    const isRow = index !== undefined && (column ?? stamp) !== undefined;
    return {
      message,
      row: isRow ? rows[index] ?? null : null,
      field: stamp === undefined ? column ?? field : "timestamp",
      value: value === undefined || value === null ? null : String(value),
    };
  });
  const line = ({ row }: Problem): number => row?.line ?? Infinity;
  return problems.sort((a, b) => line(a) === line(b) ? 0 : line(a) - line(b));
}
