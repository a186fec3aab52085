/** How far figures may be trusted: what other windows would have given, by drawing the same ones again. */
import { fillUniform } from "../kronos/noise.ts";

/** Draws of the bootstrap: enough for the ends of a 95% interval. */
const BOOTSTRAP_DRAWS = 1000;

/** A number, and the middle 95% of what other windows would have given. */
export interface Estimate {
  /** From all windows. */
  readonly value: number;
  /** 2.5% of the bootstrap's draws are below. */
  readonly low: number;
  /** 2.5% of the bootstrap's draws are above. */
  readonly high: number;
}

/** The middle 95% of the draws that are known. */
export function estimateOf(value: number, drawn: readonly (number | null)[]): Estimate {
  const sorted = drawn.filter((figure) => figure !== null).sort((a, b) => a - b);
  const at = (level: number): number => sorted[Math.floor(level * (sorted.length - 1))];
  return { value, low: at(0.025), high: at(0.975) };
}

/**
 * Draws as many windows again, in blocks of neighbours in time: what moves one market at a time moves
 * its windows together, and windows drawn one by one would look surer than they are.
 *
 * @param windows ascending in time
 * @param uniforms at least one for each block
 */
export function drawBlocks<Value>(
  windows: readonly Value[],
  uniforms: Float32Array,
): readonly Value[] {
  const length = Math.ceil(Math.sqrt(windows.length));
  const blocks = Math.ceil(windows.length / length);
  return Array.from({ length: blocks }, (_, block) => {
    const first = Math.floor(uniforms[block] * windows.length);
    return Array.from({ length }, (_, i) => windows[(first + i) % windows.length]);
  }).flat().slice(0, windows.length);
}

/** Windows by file, each file's ascending in time and the files by name, whatever order they came in. */
export function windowsByFile<Value extends { readonly file: string; readonly time: number }>(
  windows: readonly Value[],
): Value[][] {
  return [...Map.groupBy(windows, ({ file }) => file)]
    .toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([, ofFile]) => ofFile.toSorted((a, b) => a.time - b.time));
}

/**
 * What each file comes to at each draw, so that a group's draws are a choice of them.
 *
 * @param files from `windowsByFile()`
 * @param seed fixes the draws
 * @returns by draw, then by file
 */
export function bootstrapFiles<Value, Figures>(
  files: readonly (readonly Value[])[],
  seed: number,
  figuresOf: (windows: readonly Value[]) => Figures,
): Figures[][] {
  const uniforms = new Float32Array(Math.max(...files.map((windows) => windows.length)));
  return Array.from({ length: BOOTSTRAP_DRAWS }, (_, draw) =>
    files.map((windows, path) => {
      fillUniform(uniforms, 0, uniforms.length, { seed, path, step: draw, token: 0 });
      return figuresOf(drawBlocks(windows, uniforms));
    }));
}
