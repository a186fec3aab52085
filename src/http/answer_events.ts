import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { ClientGoneError, errorBody, toApiError } from "./errors.ts";
import { eventHeaders, EventStream, type EventType } from "./event_stream.ts";
import type { PredictionAccount } from "./prediction_account.ts";
import { reportError } from "./report_error.ts";

/**
 * Answers with events. The head is sent at once; what fails afterwards is the last event, `error`, with
 * the body that it would have had as an answer.
 *
 * @param work sends its events, the last one included; closes no account
 */
export function answerEvents(
  c: Context,
  parts: AppParts,
  { type, account, headers }: {
    readonly type: EventType;
    readonly account: PredictionAccount;
    readonly headers: Readonly<Record<string, string>>;
  },
  work: (stream: EventStream) => Promise<void>,
): Response {
  const stream = new EventStream(type, parts.config.streamHeartbeatS * 1000);
  const started = performance.now();
  const finish = (thrown: unknown): void => {
    account.close(thrown);
    const gone = thrown instanceof ClientGoneError;
    const error = thrown === null || gone ? null : toApiError(thrown);
    if (error !== null) {
      reportError(c, error, parts);
      stream.send("error", JSON.stringify(errorBody(c, error)));
    }
    stream.end();
    parts.log.info("stream", {
      request_id: c.get("requestId"),
      path: c.req.path,
      outcome: gone ? "gone" : error?.type ?? "success",
      duration_ms: Math.round(performance.now() - started),
    });
  };
  work(stream).then(() => finish(null), finish);
  return c.body(stream.body, 200, { ...headers, ...eventHeaders(type) });
}
