/** A forecast as the text of a CSV. */
import { COLUMNS } from "./candle_rows.ts";
import type { Fan } from "./fan.ts";

/** One row a step: the mean candle, then the quantiles of the close by level. */
export function forecastCsv({ steps }: Fan): string {
  const levels = Object.keys(steps[0]?.quantiles ?? {}).sort((a, b) => Number(a) - Number(b));
  const header = ["timestamp", ...COLUMNS, ...levels.map((level) => `close_q${level}`)];
  const rows = steps.map(({ candle, quantiles }) => [
    candle?.timestamp,
    ...COLUMNS.map((column) => candle?.[column]),
    ...levels.map((level) => quantiles[level]),
  ]);
  return [header, ...rows].map((row) => row.join()).join("\n") + "\n";
}
