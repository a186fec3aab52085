/** From the head of a prediction request to series that are let in. */
import { CircuitOpenError } from "../forecast/errors.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { modelNotReady } from "./errors.ts";
import type { Endpoint } from "./parse_request.ts";
import { readBody } from "./read_body.ts";
import type { ReadyModel, ServiceState } from "./service_state.ts";
import type { ValidSeries } from "./validate_series.ts";
import type { Visit } from "./visit.ts";

/** A seed of all 53 bits. */
function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}

/** Refuses at once while the model is given a rest: before a body is read, and whatever is in it. */
function throwWhereCircuitIsOpen({ circuit: { retryAfterMs } }: ServiceState): void {
  if (retryAfterMs !== null) throw new CircuitOpenError(retryAfterMs);
}

/**
 * Reads and validates a body, and passes the second gate with what it asks for.
 *
 * @throws ApiError, NotAdmittedError, or whatever ends the visit
 */
export async function admitSeries(
  c: Context,
  { config, metrics, service, jsonThread }: AppParts,
  endpoint: Endpoint,
  visit: Visit,
): Promise<{ readonly model: ReadyModel; readonly valid: readonly ValidSeries[] }> {
  throwWhereCircuitIsOpen(service);
  const body = await visit.unlessEnded(readBody(c.req.raw, config.maxRequestSizeMb));
  visit.sized(body.length);
  const { model } = service;
  const context = model === null ? null : { config, info: model.info, seed: randomSeed() };
  const valid = await visit.unlessEnded(jsonThread.parse(endpoint, body, context));
  if (model === null) throw modelNotReady();
  const requests = valid.map(({ request }) => request);
  visit.admit(requests);
  const candles = requests.reduce((sum, request) => sum + request.candles.length / FEATURES, 0);
  metrics.inputSize.observe({ endpoint }, candles);
  return { model, valid };
}
