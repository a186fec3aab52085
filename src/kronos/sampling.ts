/** From logits to a token: temperature, top_k or top_p, and a draw by the Gumbel-max trick. */
import { softmax } from "./layers.ts";
import { gumbel } from "./noise.ts";

/** How to draw. */
export interface DrawSettings {
  /** Above 0: logits are divided by it. */
  readonly temperature: number;
  /** 0 switches it off; otherwise only the most likely stay and `topP` is ignored. */
  readonly topK: number;
  /** In (0, 1]. */
  readonly topP: number;
}

/** Which tokens stay: the top k with their ties, or the smallest set whose mass exceeds `topP`. */
function kept(scaled: Float64Array, { topK, topP }: DrawSettings): boolean[] {
  const order = [...scaled.keys()].sort((a, b) => scaled[b] - scaled[a]);
  if (topK > 0) {
    const lowest = scaled[order[Math.min(topK, order.length) - 1]];
    return [...scaled].map((logit) => logit >= lowest);
  }
  const probabilities = softmax(scaled);
  const stays = new Array<boolean>(scaled.length).fill(false);
  let before = 0;
  for (const token of order) {
    if (topP < 1 && before > topP) break;
    stays[token] = true; // the token that crosses topP stays, so at least one does
    before += probabilities[token];
  }
  return stays;
}

/** The probability of each token, 0 for those filtered out: `[V]`. */
export function filteredProbabilities(
  logits: ArrayLike<number>,
  settings: DrawSettings,
): Float64Array {
  const scaled = Float64Array.from(logits, (logit) => logit / settings.temperature);
  const stays = kept(scaled, settings);
  return softmax(scaled.map((logit, token) => stays[token] ? logit : -Infinity));
}

/**
 * The token that Gumbel noise makes the largest among those that stay: a draw from
 * `filteredProbabilities()`.
 *
 * @param uniforms one number of (0, 1) for each token
 */
export function drawGumbel(
  logits: ArrayLike<number>,
  settings: DrawSettings,
  uniforms: Float32Array,
): number {
  const scaled = Float64Array.from(logits, (logit) => logit / settings.temperature);
  const stays = kept(scaled, settings);
  let best = -1;
  let highest = -Infinity;
  scaled.forEach((logit, token) => {
    // With one candidate noise decides nothing but ties, and those the first token wins.
    const value = settings.topK === 1 ? logit : logit + gumbel(uniforms[token]);
    if (stays[token] && value > highest) [best, highest] = [token, value];
  });
  return best;
}
