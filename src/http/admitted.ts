/** From the head of a request to work that is let in. */
import { CircuitOpenError } from "../forecast/errors.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { modelNotReady } from "./errors.ts";
import type { Endpoint } from "./parse_request.ts";
import { readBody } from "./read_body.ts";
import type { ReadyModel, ServiceState } from "./service_state.ts";
import type { ValidationContext } from "./validate_series.ts";
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

/** How much a request asks for: series, candles of input, steps and paths of forecast. */
function sizeOf(requests: readonly SeriesRequest[]) {
  const sum = (of: (request: SeriesRequest) => number): number =>
    requests.reduce((all, request) => all + of(request), 0);
  return {
    series: requests.length,
    candles: sum(({ candles }) => candles.length / FEATURES),
    steps: sum(({ horizon }) => horizon),
    paths: sum(({ paths }) => paths),
  };
}

/** How a body becomes work. */
export interface Admittance<Valid> {
  /** As metrics name it. */
  readonly endpoint: Endpoint;
  /** What a body asks for; null where it cannot be validated for want of a model. */
  parse(body: Uint8Array<ArrayBuffer>, context: ValidationContext | null): Promise<Valid | null>;
  /** The series that it comes to. */
  requestsOf(valid: Valid): readonly SeriesRequest[];
}

/**
 * Reads and validates a body, and passes the second gate with what it asks for.
 *
 * @throws ApiError, NotAdmittedError, or whatever ends the visit
 */
export async function admitted<Valid>(
  c: Context,
  { config, metrics, service }: AppParts,
  visit: Visit,
  { endpoint, parse, requestsOf }: Admittance<Valid>,
): Promise<{ readonly model: ReadyModel; readonly valid: Valid }> {
  throwWhereCircuitIsOpen(service);
  const body = await visit.unlessEnded(readBody(c.req.raw, config.maxRequestSizeMb));
  visit.sized(body.length);
  const logged = c.get("logged");
  logged.request_bytes = body.length;
  const { model } = service;
  const context = model === null ? null : { config, info: model.info, seed: randomSeed() };
  const valid = await visit.unlessEnded(parse(body, context));
  if (model === null || valid === null) throw modelNotReady();
  const requests = requestsOf(valid);
  visit.admit(requests);
  const size = sizeOf(requests);
  Object.assign(logged, size);
  metrics.inputSize.observe({ endpoint }, size.candles);
  return { model, valid };
}
