/** Settings of what a forecast is where its request does not say. */
import { flag, positive, setting, whole } from "./setting.ts";

/** By the name that the code uses. */
export const FORECAST_SETTINGS = {
  defaultTemperature: setting<number | null>(
    "KRONOS_DEFAULT_TEMPERATURE",
    "ratio",
    null,
    positive(10),
    "absent: the manifest's, else 1",
  ),
  defaultTopK: setting<number | null>(
    "KRONOS_DEFAULT_TOP_K",
    "tokens",
    null,
    whole(0, 2 ** 31 - 1),
    "absent: the manifest's, else 0, which switches it off",
  ),
  defaultTopP: setting<number | null>(
    "KRONOS_DEFAULT_TOP_P",
    "probability",
    null,
    positive(1),
    "absent: the manifest's, else 0.9",
  ),
  defaultSampleCount: setting<number | null>(
    "KRONOS_DEFAULT_SAMPLE_COUNT",
    "paths",
    null,
    whole(1, 1024),
    "absent: the manifest's, else 1",
  ),
  anchor: setting<boolean | null>(
    "KRONOS_ANCHOR",
    "flag",
    null,
    flag,
    "paths leave from the real last close, but in raw and exact ones; absent: the manifest's, else off",
  ),
  calibration: setting(
    "KRONOS_CALIBRATION",
    "flag",
    true,
    flag,
    "paths are spread by what the manifest says was fitted, if it does, but in raw and exact ones",
  ),
  defaultLookback: setting("KRONOS_DEFAULT_LOOKBACK", "candles", 400, whole(1, 2048), "of a file"),
  defaultPredLen: setting(
    "KRONOS_DEFAULT_PRED_LEN",
    "steps",
    120,
    whole(1, 512),
    "the command line's horizon",
  ),
  defaultBandSamples: setting(
    "KRONOS_DEFAULT_BAND_SAMPLES",
    "paths",
    32,
    whole(2, 1024),
    "for quantiles, samples or events without a sample_count: enough for a 90% band",
  ),
  maxEvents: setting(
    "KRONOS_MAX_EVENTS",
    "events",
    64,
    whole(1, 1000),
    "of one series; each is a line of the answer",
  ),
  warnEventPaths: setting(
    "KRONOS_WARN_EVENT_PATHS",
    "paths",
    5,
    whole(1, 1024),
    "fewer where an event happens, or does not, are warned of: then its standard error is rough too",
  ),
  warnRangeFactor: setting(
    "KRONOS_WARN_RANGE_FACTOR",
    "ratio",
    3,
    positive(1000),
    "times the recent range from the last close are warned of; of random walks 1 in 270 gets there in 64 steps",
  ),
  warnStaleCandles: setting(
    "KRONOS_WARN_STALE_CANDLES",
    "candles",
    10,
    whole(1, 2048),
    "in a row without any movement are warned of; thin markets have a few",
  ),
  maxSampleCount: setting(
    "KRONOS_MAX_SAMPLE_COUNT",
    "paths",
    64,
    whole(1, 1024),
    "more cost time and memory in proportion",
  ),
} as const;
