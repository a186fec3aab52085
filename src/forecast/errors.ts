/** Errors of the layers below HTTP. They know no status code; `http/errors.ts` converts them. */
import type { FaultKind } from "../inference/replica_fault.ts";

/** The model failed on this work. The cause is for the log, never for the client. */
export class InferenceFailedError extends Error {
  /** For logs, which print it before the message. */
  override name = "InferenceFailedError";
  /** How it failed, for metrics. */
  readonly kind: FaultKind;

  /** Of kind `threw` unless another is given. */
  constructor(message: string, options: ErrorOptions & { readonly kind?: FaultKind } = {}) {
    super(message, options);
    this.kind = options.kind ?? "threw";
  }
}

/** The deadline passed before the work was done. */
export class DeadlineExceededError extends Error {
  /** For logs, which print it before the message. */
  override name = "DeadlineExceededError";
}

/** The model has not been loaded, or is closed. */
export class ModelNotReadyError extends Error {
  /** For logs, which print it before the message. */
  override name = "ModelNotReadyError";
}

/** Not admitted now; later it may be. */
export abstract class NotAdmittedError extends Error {
  /** When to come again, in milliseconds; 0 where it is not known. */
  readonly retryAfterMs: number;

  /** The message is for the client. */
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Not admitted: the model has failed too often lately. */
export class CircuitOpenError extends NotAdmittedError {
  /** For logs, which print it before the message. */
  override name = "CircuitOpenError";

  /** Says so. */
  constructor(retryAfterMs: number) {
    super("The model has failed too often: it is given a rest", retryAfterMs);
  }
}

/** Why a request is not admitted. */
export type OverloadReason = "queue_full" | "bytes_full" | "tokens_full" | "deadline";

/** Not admitted: what waits already would take too long, or too much. */
export class OverloadedError extends NotAdmittedError {
  /** For logs, which print it before the message. */
  override name = "OverloadedError";
  /** For metrics. */
  readonly reason: OverloadReason;

  /** The message is for the client. */
  constructor(message: string, reason: OverloadReason, retryAfterMs: number) {
    super(message, retryAfterMs);
    this.reason = reason;
  }
}

/** Not admitted, or not finished: the service is stopping. */
export class DrainingError extends NotAdmittedError {
  /** For logs, which print it before the message. */
  override name = "DrainingError";

  /** Says that the service stops; another instance should be asked. */
  constructor(retryAfterMs: number) {
    super("The service is stopping", retryAfterMs);
  }
}
