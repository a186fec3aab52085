/** What a scenario can be told, and what it takes where it is told nothing. */

/** How much is sent, where to, and what is expected of it. */
export interface LoadOptions {
  /** `http://host:port` of the service or of what balances it. */
  readonly baseUrl: string;
  /** Sent as a bearer token; empty sends none. */
  readonly apiKey: string;
  /** Length of the scenario, in seconds. */
  readonly durationS: number;
  /** Forecasts begun in a second at the scenario's usual level, however long answers take. */
  readonly ratePerSecond: number;
  /** Candles of a series. */
  readonly candles: number;
  /** Steps of a forecast. */
  readonly horizon: number;
  /** Sample paths of a forecast. */
  readonly paths: number;
  /** Of every candle and every forecast. */
  readonly seed: number;
  /** What 95% of the forecasts must take less than, in milliseconds; 99% less than twice that. */
  readonly latencyMs: number;
  /** Clients at most: an open model needs as many as requests are under way. */
  readonly maxClients: number;
  /** A server (by its `X-Served-By`) whose failures are expected, and counted apart; empty for none. */
  readonly exemptServer: string;
  /** Folder of the reports. */
  readonly results: string;
}

/** Variables of k6's environment (`k6 run --env RATE=4`), by the option that each sets. */
export const VARIABLES: Readonly<Record<keyof LoadOptions, string>> = {
  baseUrl: "BASE_URL",
  apiKey: "API_KEY",
  durationS: "DURATION",
  ratePerSecond: "RATE",
  candles: "CANDLES",
  horizon: "HORIZON",
  paths: "PATHS",
  seed: "SEED",
  latencyMs: "LATENCY_MS",
  maxClients: "MAX_CLIENTS",
  exemptServer: "EXEMPT_SERVER",
  results: "RESULTS",
};

/**
 * For all scenarios; each has its own duration and rate. A series of this shape takes 0.2 s of one
 * core with the default model.
 */
const DEFAULTS: Omit<LoadOptions, "durationS" | "ratePerSecond"> = {
  baseUrl: "http://127.0.0.1:8000",
  apiKey: "",
  candles: 400,
  horizon: 24,
  paths: 8,
  seed: 1,
  latencyMs: 2000,
  maxClients: 200,
  exemptServer: "",
  results: ".",
};

/**
 * The options of a run.
 *
 * @param environment variables by name; empty ones count as absent
 * @throws {RangeError} on a number that is none, or not above 0
 */
export function readLoadOptions(
  environment: Readonly<Record<string, string | undefined>>,
  defaults: Pick<LoadOptions, "durationS" | "ratePerSecond"> & Partial<LoadOptions>,
): LoadOptions {
  const whole: LoadOptions = { ...DEFAULTS, ...defaults };
  const read = ([option, fallback]: [string, unknown]): [string, unknown] => {
    const variable = VARIABLES[option as keyof LoadOptions];
    const text = environment[variable] ?? "";
    if (text === "") return [option, fallback];
    if (typeof fallback === "string") return [option, text.replace(/\/$/, "")];
    const number = Number(text);
    if (number > 0 && Number.isFinite(number)) return [option, number];
    throw new RangeError(`Cannot read ${variable}: "${text}" is not a number above 0`);
  };
  return Object.fromEntries(Object.entries(whole).map(read)) as unknown as LoadOptions;
}
