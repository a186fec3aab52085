/**
 * The trace of one request. Deno makes the span of a request itself (`OTEL_DENO=true`) and reads the
 * caller's `traceparent`; what only we know is added here: the route, the error, the phases.
 */
import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";

/** Deno's span of one request. */
export type RequestSpan = Span;

/** Time of one phase, in `performance.now()` milliseconds. */
export interface TracedPhase {
  /** As Server-Timing calls it. */
  readonly name: string;
  /** When it began. */
  readonly from: number;
  /** When it ended. */
  readonly to: number;
  /** What else is known of it. */
  readonly attributes?: Readonly<Record<string, number | string>>;
}

/** How a request ended. */
export interface TracedAnswer {
  /** Names the request in the log. */
  readonly requestId: string;
  /** Its method. */
  readonly method: string;
  /** The route as declared, e.g. `/docs/:asset`; null where there is none. */
  readonly route: string | null;
  /** Its status code. */
  readonly status: number;
  /** The type of its error; undefined where there was none. */
  readonly errorType: string | undefined;
}

/** Deno 2.9 makes its span of a `node:http` request active nowhere (tried), but keeps it at the answer. */
const KEPT_AS = "kOtelSpan";

/** A `traceparent` of W3C Trace Context; the first group is the trace's id. */
const TRACEPARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}(?:-|$)/;

const tracer = trace.getTracer("kronos-edge");

/** The span that Deno made for a request, by its answer of `node:http`; undefined while nobody traces. */
export function spanOf(answer: object): RequestSpan | undefined {
  const kept = Object.getOwnPropertySymbols(answer).find(({ description }) =>
    description === KEPT_AS
  );
  return kept === undefined ? undefined : (answer as Record<symbol, Span | undefined>)[kept];
}

/** The trace of one request; costs next to nothing while nobody traces. */
export class RequestTrace {
  /** Names the trace, here and at the caller: of the span, else of the caller's header; null without. */
  readonly traceId: string | null;
  readonly #span: Span | undefined;

  /**
   * With a span, or without one where nobody traces.
   *
   * @param traceparent the caller's header
   */
  constructor(span: Span | undefined, traceparent: string | undefined) {
    this.#span = span;
    this.traceId = span?.spanContext().traceId ?? TRACEPARENT.exec(traceparent ?? "")?.[1] ?? null;
  }

  /** Adds a child span for each phase. */
  phases(phases: readonly TracedPhase[]): void {
    if (this.#span === undefined) return;
    const parent = trace.setSpan(context.active(), this.#span);
    for (const { name, from, to, attributes = {} } of phases) {
      const startTime = performance.timeOrigin + from;
      tracer.startSpan(name, { startTime, attributes }, parent).end(performance.timeOrigin + to);
    }
  }

  /** Names the span by its route, and says what came of it. */
  answered({ requestId, method, route, status, errorType }: TracedAnswer): void {
    const span = this.#span;
    if (span === undefined) return;
    span.setAttribute("kronos.request_id", requestId);
    if (route !== null) {
      span.setAttribute("http.route", route);
      span.updateName(`${method} ${route}`);
    }
    // `error.type` is Deno's own: the status code.
    if (errorType !== undefined) span.setAttribute("kronos.error_type", errorType);
    // A client's mistake is no error of the server's span: semantic conventions for HTTP.
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
}
