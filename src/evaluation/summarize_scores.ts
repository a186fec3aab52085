/** Many windows' scores as one table: cells of a file and a step, markets, and the whole. */
import { bootstrapFiles, type Estimate, estimateOf, windowsByFile } from "./bootstrap_intervals.ts";
import {
  BANDS,
  type Contender,
  CONTENDERS,
  type StepScore,
  type WindowScore,
} from "./score_window.ts";

/** Bars of the histogram of where closes lie among the paths. */
export const PIT_BARS = 10;

/** The windows of a file at one step. Errors and scores are means, prices shares of the last close. */
export interface Cell {
  /** The file. */
  readonly file: string;
  /** Its market. */
  readonly market: string;
  /** Steps ahead. */
  readonly step: number;
  /** How many windows. */
  readonly windows: number;
  /** Continuous ranked probability score of the close. */
  readonly crps: Readonly<Record<Contender, number>>;
  /** The model's score to the better of the Gaussian and the bootstrap walk's. */
  readonly ratio: number;
  /** The same of the model's paths taken for the whole distribution. */
  readonly plainRatio: number;
  /** Absolute error of the model's mean close. */
  readonly error: number;
  /** Share of closes that each of `BANDS` held. */
  readonly coverage: readonly number[];
  /** Share of windows that went the way of the mean close; null where none moved. */
  readonly direction: number | null;
  /** Errors of volume as shares of the context's mean; null where no window has volume. */
  readonly volume: { readonly model: number; readonly naive: number } | null;
}

/** Cells taken together. */
export interface Group {
  /** Geometric mean of the cells' ratios. */
  readonly ratio: Estimate;
  /** The same of the cells' plain ratios. */
  readonly plainRatio: number;
  /** Of each walk, the same: what the model is to beat. */
  readonly walks: Readonly<Record<Contender, number>>;
  /** Geometric means over the files, for each scored step. */
  readonly byStep: readonly Estimate[];
  /** Mean over the cells of the share that each of `BANDS` held. */
  readonly coverage: readonly Estimate[];
  /** Mean over the cells that moved; null where none did. */
  readonly direction: Estimate | null;
  /** Geometric mean over the cells of the model's error of volume to the naive one's; null without volume. */
  readonly volumeRatio: number | null;
  /** Geometric mean over the cells of the error of the model's mean to the last value's. */
  readonly errorRatio: Estimate;
  /** How many windows. */
  readonly windows: number;
}

/** The table. */
export interface Summary {
  /** Everything. */
  readonly overall: Group;
  /** By market. */
  readonly markets: Readonly<Record<string, Group>>;
  /** By file, over the steps. */
  readonly files: Readonly<Record<string, Group>>;
  /** One for each file and step. */
  readonly cells: readonly Cell[];
  /** For each scored step, the shares of closes in `PIT_BARS` equal parts of (0, 1). */
  readonly pit: readonly (readonly number[])[];
  /** Share of raw candles that are inconsistent; null where none were looked at. */
  readonly inconsistent: number | null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** The mean of what is not null; null where nothing is. */
function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
}

/** A contender's score to the better of the two plain walks'. */
function ratioOf(crps: Readonly<Record<Contender, number>>, contender: Contender): number {
  return crps[contender] / Math.min(crps.gaussian, crps.bootstrap);
}

function cellOf(windows: readonly WindowScore[], stepIndex: number): Cell {
  const scores = windows.map(({ steps }) => steps[stepIndex]);
  const meanOf = (pick: (score: StepScore) => number): number => mean(scores.map(pick));
  const crps = Object.fromEntries(
    CONTENDERS.map((contender) => [contender, meanOf((score) => score.crps[contender])]),
  ) as Record<Contender, number>;
  const volumes = scores.flatMap(({ volume }) => volume ?? []);
  return {
    file: windows[0].file,
    market: windows[0].market,
    step: scores[0].step,
    windows: windows.length,
    crps,
    ratio: ratioOf(crps, "model"),
    plainRatio: ratioOf({ ...crps, model: meanOf(({ plainCrps }) => plainCrps) }, "model"),
    error: meanOf(({ error }) => error),
    coverage: BANDS.map((_, band) => meanOf(({ covered }) => covered[band])),
    direction: meanOfKnown(scores.map(({ direction }) => direction)),
    volume: volumes.length === 0
      ? null
      : { model: mean(volumes.map((v) => v.model)), naive: mean(volumes.map((v) => v.naive)) },
  };
}

/** The cells of windows that are grouped by file. */
function cellsOf(files: readonly (readonly WindowScore[])[]): Cell[] {
  return files.flatMap((windows) => windows[0].steps.map((_, step) => cellOf(windows, step)));
}

/** Steps of cells, ascending. */
function stepsOf(cells: readonly Cell[]): number[] {
  return [...new Set(cells.map(({ step }) => step))];
}

/** What is estimated of a group, each a number, or null where it is not known. */
function figuresOf(cells: readonly Cell[]): (number | null)[] {
  const atStep = (step: number) => cells.filter((cell) => cell.step === step);
  return [
    geometricMean(cells.map(({ ratio }) => ratio)),
    geometricMean(cells.map(({ error, crps }) => error / crps.last_value)),
    meanOfKnown(cells.map(({ direction }) => direction)),
    ...BANDS.map((_, band) => mean(cells.map(({ coverage }) => coverage[band]))),
    ...stepsOf(cells).map((step) => geometricMean(atStep(step).map(({ ratio }) => ratio))),
  ];
}

function groupOf(files: readonly (readonly WindowScore[])[], draws: readonly Cell[][]): Group {
  const cells = cellsOf(files);
  const drawn = draws.map(figuresOf);
  const known = (value: number | null, i: number): Estimate =>
    estimateOf(value ?? NaN, drawn.map((figures) => figures[i]));
  const figures = figuresOf(cells);
  const [ratio, errorRatio, direction, ...rest] = figures.map(known);
  const volumes = cells.flatMap(({ volume }) => volume ?? []);
  return {
    ratio,
    plainRatio: geometricMean(cells.map(({ plainRatio }) => plainRatio)),
    walks: Object.fromEntries(
      CONTENDERS.map((name) => [name, geometricMean(cells.map(({ crps }) => ratioOf(crps, name)))]),
    ) as Record<Contender, number>,
    byStep: rest.slice(BANDS.length),
    coverage: rest.slice(0, BANDS.length),
    direction: figures[2] === null ? null : direction,
    volumeRatio: volumes.length === 0
      ? null
      : geometricMean(volumes.map(({ model, naive }) => model / naive)),
    errorRatio,
    windows: files.reduce((sum, windows) => sum + windows.length, 0),
  };
}

function histogram(values: readonly number[]): number[] {
  const bars = new Array<number>(PIT_BARS).fill(0);
  for (const value of values) bars[Math.floor(value * PIT_BARS)] += 1 / values.length;
  return bars;
}

/**
 * Sums up.
 *
 * @param windows at least one; all scored at the same steps
 * @param seed fixes the bootstrap's draws
 */
export function summarizeScores(windows: readonly WindowScore[], seed: number): Summary {
  const files = windowsByFile(windows);
  const draws = bootstrapFiles(files, seed, (drawn) => cellsOf([drawn]));
  const group = (chosen: (name: string, market: string) => boolean): Group => {
    const indices = files.flatMap(([{ file, market }], i) => chosen(file, market) ? [i] : []);
    return groupOf(
      indices.map((i) => files[i]),
      draws.map((cells) => indices.flatMap((i) => cells[i])),
    );
  };
  const markets = [...new Set(files.map(([{ market }]) => market))];
  return {
    overall: group(() => true),
    markets: Object.fromEntries(
      markets.map((name) => [name, group((_, market) => market === name)]),
    ),
    files: Object.fromEntries(
      files.map(([{ file: name }]) => [name, group((file) => file === name)]),
    ),
    cells: cellsOf(files),
    pit: windows[0].steps.map((_, step) => histogram(windows.map(({ steps }) => steps[step].pit))),
    inconsistent: meanOfKnown(windows.map(({ inconsistent }) => inconsistent)),
  };
}
