/** Which errors occur, and how often: counted in metrics, and one line of the log for each minute that had any. */
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** How often a line sums the errors up, in milliseconds. */
const SUMMARY_INTERVAL_MS = 60_000;

/** Counts errors by type and cause. */
export class ErrorPatterns {
  readonly #log: Log;
  readonly #metrics: Pick<Metrics, "errors">;
  readonly #counts = new Map<string, number>();
  #ours = false;
  #lastRequestId = "";

  /** No error yet. */
  constructor(log: Log, metrics: Pick<Metrics, "errors">) {
    this.#log = log;
    this.#metrics = metrics;
  }

  /**
   * Counts an error of a request.
   *
   * @param type as the answer names it
   * @param cause what is behind it, of a few known words; empty where the type says it all
   * @param ours whether it is the service's fault: status 500 or above
   */
  count(type: string, cause: string, ours: boolean, requestId: string): void {
    this.#metrics.errors.inc({ type, cause });
    const pattern = cause === "" ? type : `${type}/${cause}`;
    this.#counts.set(pattern, (this.#counts.get(pattern) ?? 0) + 1);
    this.#ours ||= ours;
    this.#lastRequestId = requestId;
  }

  /** Writes the line, the most frequent first, and begins anew; writes nothing where there was no error. */
  summarize(): void {
    if (this.#counts.size === 0) return;
    const sorted = [...this.#counts].sort(([, a], [, b]) => b - a);
    const fields = {
      total: sorted.reduce((sum, [, count]) => sum + count, 0),
      errors: Object.fromEntries(sorted),
      last_request_id: this.#lastRequestId,
    };
    if (this.#ours) this.#log.warn("errors of the last minute", fields);
    else this.#log.info("errors of the last minute", fields);
    this.#counts.clear();
    this.#ours = false;
  }

  /** Sums up every minute, until the process ends or the result is called. */
  start(): () => void {
    const timer = setInterval(() => this.summarize(), SUMMARY_INTERVAL_MS);
    return () => clearInterval(timer);
  }
}
