/** Settings of failure: what is tried again, when the model is given a rest, when a worker is given up. */
import { positive, seconds, setting, whole } from "./setting.ts";

/** The longest pause that may be set, in milliseconds: an hour. */
const MAX_PAUSE_MS = 3_600_000;

/** By the name that the code uses. */
export const RESILIENCE_SETTINGS = {
  runTimeoutS: setting(
    "KRONOS_RUN_TIMEOUT",
    "seconds",
    60,
    seconds,
    "for one call of a replica, a prefill or a chunk; then its worker is given up and replaced",
  ),
  retries: setting(
    "KRONOS_RETRIES",
    "tries",
    2,
    whole(0, 10),
    "of a series after its first, where a worker died or its memory was full",
  ),
  retryBaseMs: setting(
    "KRONOS_RETRY_BASE_MS",
    "milliseconds",
    100,
    whole(1, MAX_PAUSE_MS),
    "most of the first pause before such a try, doubled each time; the pause is drawn at random",
  ),
  retryCapMs: setting(
    "KRONOS_RETRY_CAP_MS",
    "milliseconds",
    2000,
    whole(1, MAX_PAUSE_MS),
    "the longest of these pauses",
  ),
  circuitWindowS: setting(
    "KRONOS_CIRCUIT_WINDOW",
    "seconds",
    60,
    seconds,
    "over which the share of forecasts that failed is taken",
  ),
  circuitThreshold: setting(
    "KRONOS_CIRCUIT_THRESHOLD",
    "share",
    0.5,
    positive(1),
    "of forecasts that failed, from which on the circuit opens: requests are refused at once",
  ),
  circuitMinRequests: setting(
    "KRONOS_CIRCUIT_MIN_REQUESTS",
    "forecasts",
    5,
    whole(1, 100_000),
    "in the window before it may open: one failure of two says little",
  ),
  circuitCooldownS: setting(
    "KRONOS_CIRCUIT_COOLDOWN",
    "seconds",
    10,
    seconds,
    "from opening to the one request that is let through to see",
  ),
  reloadBaseMs: setting(
    "KRONOS_RELOAD_BASE_MS",
    "milliseconds",
    1000,
    whole(1, MAX_PAUSE_MS),
    "most of the first pause before a model or a worker that failed is opened again, doubled each time",
  ),
  reloadCapMs: setting(
    "KRONOS_RELOAD_CAP_MS",
    "milliseconds",
    60_000,
    whole(1, MAX_PAUSE_MS),
    "the longest of these pauses: how long a mended model may wait to be noticed",
  ),
} as const;
