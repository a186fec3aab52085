/** One prediction request in the metrics and the books, from its arrival to its last byte. */
import { OverloadedError } from "../forecast/errors.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { ClientGoneError, type ErrorType, toApiError } from "./errors.ts";
import type { Endpoint } from "./parse_request.ts";
import { Visit } from "./visit.ts";

/** Errors of requests that are turned away before they are admitted. */
const REFUSALS: ReadonlySet<ErrorType> = new Set([
  "ModelNotReady",
  "Overloaded",
  "CircuitOpen",
  "Draining",
]);

/**
 * Answers one prediction request within its account.
 *
 * @param work closes the account once it has its forecast; what it throws closes it here
 */
export async function accounted(
  c: Context,
  parts: AppParts,
  endpoint: Endpoint,
  work: (account: PredictionAccount, visit: Visit) => Promise<Response>,
): Promise<Response> {
  const account = new PredictionAccount(c, parts, endpoint);
  try {
    return await work(account, account.enter());
  } catch (thrown) {
    account.close(thrown);
    throw thrown;
  }
}

/** Opened when a request comes, closed once with what became of it. */
export class PredictionAccount {
  readonly #c: Context;
  readonly #parts: AppParts;
  readonly #endpoint: Endpoint;
  readonly #endTimer: () => void;
  #visit: Visit | null = null;

  /** The request is being handled from now on. */
  constructor(c: Context, parts: AppParts, endpoint: Endpoint) {
    this.#c = c;
    this.#parts = parts;
    this.#endpoint = endpoint;
    this.#endTimer = parts.metrics.requestDuration.startTimer({ route: c.req.path });
    parts.metrics.concurrent.inc();
  }

  /** Passes the first gate; see `Visit`. */
  enter(): Visit {
    return this.#visit = new Visit(this.#c, this.#parts);
  }

  /** It is handled: with a forecast where `thrown` is null, else with this. */
  close(thrown: unknown): void {
    const { metrics, service } = this.#parts;
    if (thrown === null) {
      service.recordPrediction(true);
      metrics.requests.inc({ route: this.#c.req.path, status: "success" });
    } else this.#countFailure(thrown);
    this.#visit?.leave(thrown);
    metrics.concurrent.dec();
    this.#endTimer();
  }

  /** Counts a request that was not answered with a forecast. */
  #countFailure(thrown: unknown): void {
    const { metrics, service, ledger } = this.#parts;
    const route = this.#c.req.path;
    const endpoint = this.#endpoint;
    if (thrown instanceof ClientGoneError) {
      metrics.requests.inc({ route, status: "error" });
      metrics.clientsGone.inc({ endpoint });
      return;
    }
    const { type } = toApiError(thrown);
    const timeout = type === "InferenceTimeout";
    metrics.requests.inc({ route, status: timeout ? "timeout" : "error" });
    if (timeout) metrics.timeouts.inc({ endpoint });
    if (type === "PayloadTooLarge") metrics.sizeRejections.inc();
    const visit = this.#visit;
    const admitted = visit?.accepted === true;
    if (!admitted && REFUSALS.has(type)) ledger.refuse();
    // A drain and a circuit that has just opened send away what was admitted and not begun.
    if (admitted ? visit?.outcomeOf(thrown) === "refused" : REFUSALS.has(type)) {
      metrics.rejections.inc({ reason: thrown instanceof OverloadedError ? thrown.reason : type });
    }
    if (type === "InferenceFailed" || type === "InternalError") service.recordPrediction(false);
  }
}
