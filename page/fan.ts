/** A forecast as the chart draws it: a mean, bands around it, and paths. */
import type { PredictedCandle } from "../clients/typescript/src/kronos_client.ts";

/** Bands by the share of the paths that lie inside, the widest first, and the quantiles at their ends. */
export const BANDS = [
  { percent: 90, low: "0.05", high: "0.95" },
  { percent: 80, low: "0.1", high: "0.9" },
  { percent: 50, low: "0.25", high: "0.75" },
] as const;

/** Levels of the quantiles that the bands and the median need, ascending. */
export const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/** Paths that are drawn at most: more hide the bands. */
export const DRAWN_PATHS = 6;

/** One step of a forecast. */
export interface FanStep {
  /** Seconds of the chart's axis. */
  readonly time: number;
  /** Mean of the closes over the paths. */
  readonly close: number;
  /** Quantiles of the closes by level. */
  readonly quantiles: Readonly<Record<string, number>>;
  /** The mean over the paths; null where only closes are known. */
  readonly candle: PredictedCandle | null;
}

/** A forecast, perhaps not yet whole. */
export interface Fan {
  /** The last candle that was known: where every path begins. */
  readonly origin: { readonly time: number; readonly close: number };
  /** So far. */
  readonly steps: readonly FanStep[];
  /** `[path][step]`; empty until the forecast is whole. */
  readonly paths: readonly (readonly PredictedCandle[])[];
}

/** The lowest and the highest close of all that is drawn of a forecast; null where nothing is. */
export function closeRange({ steps, paths }: Fan): { least: number; most: number } | null {
  const closes = [
    ...steps.flatMap(({ close, quantiles }) => [close, ...Object.values(quantiles)]),
    ...paths.slice(0, DRAWN_PATHS).flatMap((path) => path.map(({ close }) => close)),
  ];
  if (closes.length === 0) return null;
  return { least: Math.min(...closes), most: Math.max(...closes) };
}
