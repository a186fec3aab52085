/** A text of the repository, and what a rule says about a place in one. */

/** A file as the rules see it. */
export interface TextFile {
  /** Below the repository's root, with `/`: `src/http/app.ts`. */
  readonly path: string;
  /** All of it. */
  readonly text: string;
}

/** One breach of a rule. */
export interface Finding {
  /** Where: `path:line`. */
  readonly place: string;
  /** What is wrong there, for whoever mends it. */
  readonly message: string;
}

/**
 * A finding at a place in a file.
 *
 * @param index characters before the place
 */
export function findingAt({ path, text }: TextFile, index: number, message: string): Finding {
  return { place: `${path}:${text.slice(0, index).split("\n").length}`, message };
}
