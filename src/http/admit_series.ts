import { admitted } from "./admitted.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import type { SeriesEndpoint } from "./parse_request.ts";
import type { ReadyModel } from "./service_state.ts";
import type { ValidSeries } from "./validate_series.ts";
import type { Visit } from "./visit.ts";

/** Reads, validates and admits series to forecast; see `admitted()`. */
export function admitSeries(
  c: Context,
  parts: AppParts,
  endpoint: SeriesEndpoint,
  visit: Visit,
): Promise<{ readonly model: ReadyModel; readonly valid: readonly ValidSeries[] }> {
  return admitted<readonly ValidSeries[]>(c, parts, visit, {
    endpoint,
    parse: (body, context) => parts.jsonThread.parse(endpoint, body, context),
    requestsOf: (valid) => valid.map(({ request }) => request),
  });
}
