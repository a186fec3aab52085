/** One prediction request inside the service: its gates, its deadline, and its line in the books. */
import { workOf } from "../forecast/request_work.ts";
import {
  CircuitOpenError,
  DeadlineExceededError,
  DrainingError,
  ModelNotReadyError,
} from "../forecast/errors.ts";
import type { Ticket } from "../forecast/admission.ts";
import type { Claim } from "../forecast/fair_share.ts";
import type { SeriesRequest } from "../forecast/forecast.ts";
import type { EndOfRequest, Outcome } from "../telemetry/request_ledger.ts";
import { type Context, deliveryOf } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { ClientGoneError, validationError } from "./errors.ts";
import { announcedBytes, BYTES_PER_MB } from "./read_body.ts";

/** The client's own deadline in milliseconds from arrival; null without one. */
function clientDeadline(c: Context): number | null {
  const header = c.req.header("x-request-deadline-ms");
  if (header === undefined) return null;
  if (/^\d{1,15}$/.test(header) && Number(header) > 0) return Number(header);
  throw validationError([{
    message: "X-Request-Deadline-Ms must be a whole number of milliseconds above 0",
    field: "X-Request-Deadline-Ms",
    value: header.slice(0, 100),
    constraint: "positive_integer",
  }]);
}

/** One request between the door and its answer. */
export class Visit {
  /** When it came, in `performance.now()` milliseconds. */
  readonly arrivedAt: number = performance.now();
  /** Aborts at the deadline, when the client leaves, and when a drain will not wait for it. */
  readonly signal: AbortSignal;
  /** Whose it is, and until when it is of use. */
  readonly claim: Claim;
  readonly #c: Context;
  readonly #parts: AppParts;
  readonly #ticket: Ticket;
  readonly #timer: ReturnType<typeof setTimeout>;
  #end: EndOfRequest | null = null;

  /**
   * Passes the first gate.
   *
   * @throws ApiError where the client's deadline is none, or its body is encoded as no body may be
   * @throws OverloadedError or DrainingError where it is not let in
   */
  constructor(c: Context, parts: AppParts) {
    const { config, admission, stopSignal } = parts;
    const budget = Math.min(
      config.requestTimeoutS * 1000,
      config.inferenceTimeoutS * 1000,
      clientDeadline(c) ?? Infinity,
    );
    this.#c = c;
    this.#parts = parts;
    this.claim = { client: c.get("client"), deadlineAt: this.arrivedAt + budget };
    this.#ticket = admission.enter(
      announcedBytes(c.req.raw.headers, config.maxRequestSizeMb * BYTES_PER_MB),
      budget,
    );
    const ending = new AbortController();
    this.signal = AbortSignal.any([ending.signal, stopSignal, this.#ticket.signal]);
    this.#timer = setTimeout(() => {
      ending.abort(
        new DeadlineExceededError("The deadline passed before the forecast was done"),
      );
    }, budget);
    deliveryOf(c).then((delivery) => {
      if (delivery !== "whole") ending.abort(new ClientGoneError("The client went away"));
    });
  }

  /** Whether it has passed both gates. */
  get accepted(): boolean {
    return this.#end !== null;
  }

  /** What a promise resolves to, unless the request ends first. */
  async unlessEnded<Value>(work: Promise<Value>): Promise<Value> {
    work.catch(() => {}); // where the request ended first, nobody asks what became of it
    this.signal.throwIfAborted();
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(this.signal.reason);
    this.signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([work, ended]);
    } finally {
      this.signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Passes the second gate; from now on it is accepted.
   *
   * @throws ApiError where no service with these settings could ever take it
   * @throws OverloadedError where it does not fit now
   */
  admit(series: readonly SeriesRequest[]): void {
    const { config, ledger } = this.#parts;
    const work = workOf(series);
    if (work.tokens > config.queueTokens) {
      throw validationError([{
        message: `the request has ${work.tokens} tokens (candles, and steps times paths), ` +
          `more than ${config.queueTokens} (KRONOS_QUEUE_TOKENS)`,
        field: "",
        constraint: "max_tokens",
      }]);
    }
    this.#ticket.admit(work, this.claim.deadlineAt - performance.now());
    this.#end = ledger.accept(this.#c.get("requestId"));
  }

  /** Its body is read. */
  sized(bytes: number): void {
    this.#ticket.sized(bytes);
  }

  /** A replica works on it. */
  start(): void {
    this.#ticket.start();
  }

  /** How it ends where it is accepted, by what was thrown. */
  outcomeOf(thrown: unknown): Outcome {
    if (thrown instanceof DrainingError) return this.#ticket.signal.aborted ? "refused" : "aborted";
    if (thrown instanceof ClientGoneError) return "gone";
    // The circuit opened while the body was read: nothing was begun.
    if (thrown instanceof CircuitOpenError) return "refused";
    const unfinished = thrown instanceof DeadlineExceededError ||
      thrown instanceof ModelNotReadyError;
    return unfinished ? "aborted" : "finished";
  }

  /** It has its answer: `thrown` is null where that is a forecast. */
  leave(thrown: unknown): void {
    clearTimeout(this.#timer);
    this.#ticket.leave(thrown === null);
    const end = this.#end;
    if (end === null) return;
    const outcome = thrown === null ? "finished" : this.outcomeOf(thrown);
    deliveryOf(this.#c).then((delivery) => end(delivery === "whole" ? outcome : "gone"));
  }
}
