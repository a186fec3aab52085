/** Many windows' paths as one table: how rough they are, what they touch, how far they fall. */
import { bootstrapFiles, type Estimate, estimateOf, windowsByFile } from "./bootstrap_intervals.ts";
import { type PathScore, TOUCH_DISTANCES, TOUCHED_BY } from "./score_paths.ts";

/** Levels of one distance up to one step; means over files, and over both sides. */
export interface TouchFigures {
  /** Steps ahead. */
  readonly step: number;
  /** Standard deviations from the last close. */
  readonly distance: number;
  /** What touches. */
  readonly by: (typeof TOUCHED_BY)[number];
  /** Mean probability that the model gave. */
  readonly model: number;
  /** Mean probability that the baseline gave. */
  readonly walk: number;
  /** How often it happened. */
  readonly happened: number;
  /** The model's mean probability less how often it happened: above 0 is too high. */
  readonly excess: Estimate;
  /** Mean square of probability less what happened (Brier 1950) of the model, to the baseline's. */
  readonly brierRatio: Estimate;
}

/** The greatest falls of closes up to one step. */
export interface DrawdownFigures {
  /** Steps ahead. */
  readonly step: number;
  /** Share that the middle `DRAWDOWN_BAND` of the paths' held. */
  readonly coverage: Estimate;
  /** Mean place among the paths'; 0.5 is even, above it real falls are the deeper ones. */
  readonly pit: Estimate;
}

/** Paths of windows taken together. */
export interface PathGroup {
  /** How many windows. */
  readonly windows: number;
  /** Mean move of the model's closes from step to step to that of the real ones, geometric mean over files. */
  readonly roughness: Estimate;
  /** The same of the baseline. */
  readonly walkRoughness: number;
  /** The Brier ratio of all touches together. */
  readonly brierRatio: Estimate;
  /** By step, then by what touches, then by distance. */
  readonly touches: readonly TouchFigures[];
  /** By step. */
  readonly drawdowns: readonly DrawdownFigures[];
}

/** The table. */
export interface PathSummary {
  /** Everything. */
  readonly overall: PathGroup;
  /** By market. */
  readonly markets: Readonly<Record<string, PathGroup>>;
}

/** Means of one file's touches. */
interface TouchMeans {
  readonly model: number;
  readonly walk: number;
  readonly happened: number;
  readonly modelBrier: number;
  readonly walkBrier: number;
}

/** Means over the windows of one file. */
interface FileMeans {
  readonly moves: PathScore["moves"];
  /** In the order of `PathGroup.touches`. */
  readonly touches: readonly TouchMeans[];
  readonly drawdowns: readonly { readonly covered: number; readonly pit: number }[];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What a step's touches are told apart by. */
const KINDS = TOUCHED_BY.flatMap((by) => TOUCH_DISTANCES.map((distance) => ({ by, distance })));

function fileMeans(windows: readonly PathScore[]): FileMeans {
  const moveOf = (who: keyof PathScore["moves"]) => mean(windows.map(({ moves }) => moves[who]));
  const steps = windows[0].steps.map((_, i) => windows.map((window) => window.steps[i]));
  return {
    moves: { model: moveOf("model"), walk: moveOf("walk"), actual: moveOf("actual") },
    touches: steps.flatMap((scores) =>
      KINDS.map(({ by, distance }): TouchMeans => {
        const touches = scores.flatMap((score) =>
          score.touches.filter((touch) => touch.by === by && touch.distance === distance)
        );
        return {
          model: mean(touches.map(({ model }) => model)),
          walk: mean(touches.map(({ walk }) => walk)),
          happened: mean(touches.map(({ happened }) => happened)),
          modelBrier: mean(touches.map(({ model, happened }) => (model - happened) ** 2)),
          walkBrier: mean(touches.map(({ walk, happened }) => (walk - happened) ** 2)),
        };
      })
    ),
    drawdowns: steps.map((scores) => ({
      covered: mean(scores.map(({ drawdown }) => drawdown.covered)),
      pit: mean(scores.map(({ drawdown }) => drawdown.pit)),
    })),
  };
}

function roughnessOf(files: readonly FileMeans[], who: "model" | "walk"): number {
  const moving = files.filter(({ moves }) => moves.actual > 0);
  return Math.exp(mean(moving.map(({ moves }) => Math.log(moves[who] / moves.actual))));
}

function groupOf(
  windows: readonly PathScore[],
  files: readonly FileMeans[],
  draws: readonly (readonly FileMeans[])[],
): PathGroup {
  const estimate = (figure: (files: readonly FileMeans[]) => number): Estimate =>
    estimateOf(figure(files), draws.map(figure));
  const brierRatio = (touches: readonly TouchMeans[]): number =>
    mean(touches.map(({ modelBrier }) => modelBrier)) /
    mean(touches.map(({ walkBrier }) => walkBrier));
  const steps = windows[0].steps.map(({ step }) => step);
  return {
    windows: windows.length,
    roughness: estimate((chosen) => roughnessOf(chosen, "model")),
    walkRoughness: roughnessOf(files, "walk"),
    brierRatio: estimate((chosen) => brierRatio(chosen.flatMap(({ touches }) => touches))),
    touches: steps.flatMap((step, s) =>
      KINDS.map((kind, k): TouchFigures => {
        const index = s * KINDS.length + k;
        const at = (chosen: readonly FileMeans[]) => chosen.map(({ touches }) => touches[index]);
        const meanOf = (who: "model" | "walk" | "happened") =>
          mean(at(files).map((touches) => touches[who]));
        return {
          step,
          ...kind,
          model: meanOf("model"),
          walk: meanOf("walk"),
          happened: meanOf("happened"),
          excess: estimate((chosen) =>
            mean(at(chosen).map(({ model, happened }) => model - happened))
          ),
          brierRatio: estimate((chosen) => brierRatio(at(chosen))),
        };
      })
    ),
    drawdowns: steps.map((step, s) => ({
      step,
      coverage: estimate((chosen) => mean(chosen.map(({ drawdowns }) => drawdowns[s].covered))),
      pit: estimate((chosen) => mean(chosen.map(({ drawdowns }) => drawdowns[s].pit))),
    })),
  };
}

/**
 * Sums up.
 *
 * @param windows at least one; all scored at the same steps
 * @param seed fixes the bootstrap's draws
 */
export function summarizePaths(windows: readonly PathScore[], seed: number): PathSummary {
  const files = windowsByFile(windows);
  const means = files.map(fileMeans);
  const draws = bootstrapFiles(files, seed, fileMeans);
  const group = (chosen: (market: string) => boolean): PathGroup => {
    const indices = files.flatMap(([{ market }], i) => chosen(market) ? [i] : []);
    return groupOf(
      indices.flatMap((i) => files[i]),
      indices.map((i) => means[i]),
      draws.map((drawn) => indices.map((i) => drawn[i])),
    );
  };
  const markets = [...new Set(files.map(([{ market }]) => market))];
  return {
    overall: group(() => true),
    markets: Object.fromEntries(markets.map((name) => [name, group((market) => market === name)])),
  };
}
