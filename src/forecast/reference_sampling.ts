import type { Sampling } from "../inference/engine.ts";

/** How the reference draws tokens where nothing is said. */
export const REFERENCE_SAMPLING: Sampling = { temperature: 1, topK: 0, topP: 0.9 };
