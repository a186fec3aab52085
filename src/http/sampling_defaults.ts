/** How a series is sampled where its request does not say. */
import type { Config } from "../config.ts";
import { REFERENCE_SAMPLING } from "../forecast/reference_sampling.ts";
import type { ModelInfo, Sampling } from "../inference/engine.ts";
import type { Overrides } from "./schemas.ts";

/** The reference's own defaults. */
const BUILT_IN = { ...REFERENCE_SAMPLING, paths: 1 };

/**
 * Request, then environment, then the model's manifest, then built in.
 *
 * @param bands whether quantiles, samples or events were asked for, which want more than one path
 */
export function samplingOf(
  overrides: Partial<Overrides>,
  bands: boolean,
  config: Config,
  { defaults }: ModelInfo,
): { readonly sampling: Sampling; readonly paths: number } {
  const { temperature, top_k, top_p, sample_count } = overrides;
  return {
    sampling: {
      temperature: temperature ?? config.defaultTemperature ?? defaults.temperature ??
        BUILT_IN.temperature,
      topK: top_k ?? config.defaultTopK ?? defaults.topK ?? BUILT_IN.topK,
      topP: top_p ?? config.defaultTopP ?? defaults.topP ?? BUILT_IN.topP,
    },
    // A default above the most that is taken would refuse requests that did not ask for it.
    paths: sample_count ?? Math.min(
      config.maxSampleCount,
      (bands ? config.defaultBandSamples : undefined) ?? config.defaultSampleCount ??
        defaults.paths ?? BUILT_IN.paths,
    ),
  };
}
