/** Errors of the layers below HTTP. They know no status code; `http/errors.ts` converts them. */

/** The model failed on this work. The cause is for the log, never for the client. */
export class InferenceFailedError extends Error {
  /** For logs, which print it before the message. */
  override name = "InferenceFailedError";
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
