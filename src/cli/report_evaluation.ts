import { SCORED_STEPS } from "../evaluation/score_window.ts";
import type { PathSummary } from "../evaluation/summarize_paths.ts";
import type { Summary } from "../evaluation/summarize_scores.ts";
import { evaluationSvg } from "./evaluation_svg.ts";
import { evaluationTable } from "./evaluation_table.ts";
import { pathTable } from "./path_table.ts";

/**
 * Prints the figures as a table, and writes them where they are asked for.
 *
 * @param title what the figures depend on
 * @param paths figures of the paths as paths; null where none were looked at
 */
export async function reportEvaluation(
  title: string,
  summary: Summary,
  { json, svg }: { readonly json: string | undefined; readonly svg: string | undefined },
  paths: PathSummary | null = null,
): Promise<void> {
  console.log(evaluationTable(title, summary));
  if (paths !== null) console.log(`\n${pathTable(paths)}`);
  if (json !== undefined) {
    const document = { title, steps: SCORED_STEPS, ...summary, paths };
    await Deno.writeTextFile(json, `${JSON.stringify(document, null, 2)}\n`);
  }
  if (svg !== undefined) await Deno.writeTextFile(svg, evaluationSvg(title, summary));
}
