/**
 * A whole forecast in plain TypeScript, every window computed from the start: what the engine must
 * equal. Slow; for verification and for reading.
 */
import {
  type Checkpoint,
  FEATURES,
  TIME_FEATURES,
  type TokenizerArchitecture,
} from "./architecture.ts";
import { hiddenStates, type Model, s1Logits, s2Logits } from "./model.ts";
import { fillUniform } from "./noise.ts";
import { drawGumbel, type DrawSettings } from "./sampling.ts";
import { decodeTokens, encodeCandles } from "./tokenizer.ts";

/** One series in the model's units. */
export interface PlainSeries {
  /** Normalised candles, `[time, 6]`. */
  readonly features: Float32Array;
  /** `[time + horizon, 5]` */
  readonly stamps: Int32Array;
  /** Steps to forecast. */
  readonly horizon: number;
  /** Sample paths to draw. */
  readonly paths: number;
  /** How each token is drawn. */
  readonly sampling: DrawSettings;
  /** 0 to 2^53 - 1; the same seed draws the same paths. */
  readonly seed: number;
  /** Past the context: recompute the window at each step, or let queries see a band of keys. */
  readonly policy: "exact" | "rolling";
}

/**
 * Forecasts a series.
 *
 * @param maxContext tokens the model may attend to
 * @returns normalised candles, `[paths, horizon, 6]`
 */
export function forecastPlain(
  model: Model,
  tokenizer: Checkpoint<TokenizerArchitecture>,
  series: PlainSeries,
  maxContext: number,
): Float32Array {
  const { features, stamps, horizon, paths, policy } = series;
  const time = features.length / FEATURES;
  const length = Math.min(time, maxContext);
  const all = encodeCandles(tokenizer, features);
  const stampsFrom = stamps.subarray((time - length) * TIME_FEATURES);
  const out = new Float32Array(paths * horizon * FEATURES);
  for (let path = 0; path < paths; path++) {
    const tokens = { s1: all.s1.slice(-length), s2: all.s2.slice(-length) };
    for (let step = 0; step < horizon; step++) {
      const first = policy === "exact" ? Math.max(0, tokens.s1.length - maxContext) : 0;
      const window = { s1: tokens.s1.slice(first), s2: tokens.s2.slice(first) };
      const hidden = hiddenStates(
        model,
        window,
        stampsFrom.subarray(first * TIME_FEATURES),
        maxContext,
      );
      const draw = (logits: Float64Array, token: 0 | 1): number => {
        const uniforms = new Float32Array(logits.length);
        fillUniform(uniforms, 0, logits.length, { seed: series.seed, path, step, token });
        return drawGumbel(logits, series.sampling, uniforms);
      };
      const s1 = draw(s1Logits(model, hidden), 0);
      const s2 = draw(s2Logits(model, hidden, s1, maxContext), 1);
      tokens.s1.push(s1);
      tokens.s2.push(s2);
    }
    const first = policy === "exact" ? Math.max(0, tokens.s1.length - maxContext) : 0;
    const candles = decodeTokens(
      tokenizer,
      { s1: tokens.s1.slice(first), s2: tokens.s2.slice(first) },
      maxContext,
    );
    out.set(candles.subarray(candles.length - horizon * FEATURES), path * horizon * FEATURES);
  }
  return out;
}
