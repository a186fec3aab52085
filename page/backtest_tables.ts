/** The scores of a backtest as rows of tables. */
import type { BacktestSummary } from "../clients/typescript/src/kronos_client.ts";

/** A table. */
export interface ScoreTable {
  /** What the columns are. */
  readonly header: readonly string[];
  /** Cells, row by row. */
  readonly rows: readonly (readonly string[])[];
}

type Estimate = NonNullable<BacktestSummary["crps_ratio"]>;

const ratio = (value: number): string => value.toFixed(3);
const share = (value: number): string => `${Math.round(value * 100)}%`;

/** What a number is where there is none: candles that do not move, or as no market does. */
const NONE = "–";

const error = (value: number | null): string =>
  value === null ? NONE : `${(value * 100).toFixed(2)}%`;

function row(
  name: string,
  estimate: Estimate | null,
  text: (value: number) => string,
  naive: string,
): string[] {
  if (estimate === null) return [name, NONE, NONE, naive];
  const { value, low, high } = estimate;
  return [name, text(value), `${text(low)} to ${text(high)}`, naive];
}

/** The measures over all windows and steps, each with its interval and what it is compared with. */
export function overallTable(summary: BacktestSummary): ScoreTable {
  const { crps_ratio, mae_ratio, direction, coverage } = summary;
  return {
    header: ["measure", "value", "95% interval", "naive"],
    rows: [
      row("CRPS, to the better random walk's", crps_ratio, ratio, "1 (less is better)"),
      row("error, to the last value's", mae_ratio, ratio, "1 (less is better)"),
      row("direction right", direction, share, "50%"),
      ...Object.entries(coverage).map(([band, estimate]) =>
        row(`closes inside the ${share(Number(band))} band`, estimate, share, share(Number(band)))
      ),
    ],
  };
}

/** The same for each step that was scored. */
export function stepTable({ steps }: BacktestSummary): ScoreTable {
  const bands = Object.keys(steps[0]?.coverage ?? {});
  return {
    header: [
      ...["step", "CRPS ratio", "error", "last value's error", "direction"],
      ...bands.map((band) => `in ${share(Number(band))}`),
    ],
    rows: steps.map(({ step, crps_ratio, mae, direction, coverage }) => [
      String(step),
      crps_ratio === null ? NONE : ratio(crps_ratio.value),
      error(mae.model),
      error(mae.last_value),
      direction === null ? NONE : share(direction),
      ...bands.map((band) => share(coverage[band])),
    ]),
  };
}
