/** The figures of paths as paths, as text. */
import { DRAWDOWN_BAND } from "../evaluation/score_paths.ts";
import type { PathGroup, PathSummary, TouchFigures } from "../evaluation/summarize_paths.ts";
import { aligned, withInterval } from "./evaluation_table.ts";

const LEGEND =
  `Paths. Roughness: mean absolute move of a close from step to step, to that of the real
closes. Touches: levels at so many standard deviations of the context's move up to a step, above and
below; mean probability, how often it happened, and the excess of the one over the other; Brier: score
to that of the bootstrap walk with the volatility of late (below 1 is better). Drawdown: share of real
ones in the middle ${100 * DRAWDOWN_BAND}% of the paths', and their mean place (0.5 is even).`;

function groupRow(name: string, group: PathGroup): string[] {
  return [
    name,
    String(group.windows),
    withInterval(group.roughness),
    group.walkRoughness.toFixed(3),
    withInterval(group.brierRatio),
    ...group.drawdowns.map(({ coverage }) => coverage.value.toFixed(3)),
  ];
}

function touchRow(touch: TouchFigures): string[] {
  return [
    `by ${touch.by}, step ${touch.step}`,
    touch.distance.toFixed(1),
    touch.model.toFixed(3),
    touch.walk.toFixed(3),
    touch.happened.toFixed(3),
    withInterval(touch.excess),
    withInterval(touch.brierRatio),
  ];
}

/** Tables: by market, of the touches, of the drawdowns. */
export function pathTable({ overall, markets }: PathSummary): string {
  const groups = [
    [
      "",
      "windows",
      "roughness",
      "walk",
      "Brier",
      ...overall.drawdowns.map(({ step }) => `drawdown ${step}`),
    ],
    groupRow("all", overall),
    ...Object.entries(markets).map(([name, group]) => groupRow(name, group)),
  ];
  const touches = [
    ["touched", "sd", "model", "walk", "happened", "excess", "Brier"],
    ...overall.touches.map(touchRow),
  ];
  const drawdowns = [
    ["drawdown", "covered", "place"],
    ...overall.drawdowns.map(({ step, coverage, pit }) => [
      `step ${step}`,
      withInterval(coverage),
      withInterval(pit),
    ]),
  ];
  return [LEGEND, ...[groups, touches, drawdowns].map((rows) => `\n${aligned(rows)}`)].join("\n");
}
