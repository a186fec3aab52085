import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { ClientGoneError, errorBody, ERRORS, toApiError } from "./errors.ts";
import { eventHeaders, EventStream, type EventType } from "./event_stream.ts";
import type { PredictionAccount } from "./prediction_account.ts";
import { CLIENT_GONE, reportError, reportGone } from "./report_error.ts";

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
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  c.set("ended", ended);
  const finish = (thrown: unknown): void => {
    account.close(thrown);
    const gone = thrown instanceof ClientGoneError;
    const error = thrown === null || gone ? null : toApiError(thrown);
    if (error !== null) {
      reportError(c, error, parts);
      c.set("lateStatus", ERRORS[error.type].status);
      stream.send("error", JSON.stringify(errorBody(c, error)));
    }
    if (gone) {
      reportGone(c);
      c.set("lateStatus", CLIENT_GONE);
    }
    end(); // first: whoever has read it whole finds its line in the log
    stream.end();
  };
  work(stream).then(() => finish(null), finish);
  return c.body(stream.body, 200, { ...headers, ...eventHeaders(type) });
}
