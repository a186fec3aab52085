/** What the service says of the rows of a file and the fields of a form. */
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
const ROW_FIELD = /^(?:(candles)(?:\.(\w+))?|(timestamps))$/;

/** What the service says of a place in a request: an issue of an error, or a warning. */
export type Remark =
  & { readonly message: string; readonly field?: string; readonly index?: number | null }
  & { readonly value?: KronosError["details"]["value"] };

/**
 * What remarks are about, those of rows first in the order of the file.
 *
 * @param rows as they were sent
 */
export function problemsOf(remarks: readonly Remark[], rows: readonly CandleRow[]): Problem[] {
  const problems = remarks.map(({ message, field = "", index, value }) => {
    const [, candles, column, stamp] = ROW_FIELD.exec(field) ?? [];
    const isRow = index != null && (candles ?? stamp) !== undefined;
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
