/** Where the time of a request went, for its trace and for the log. */
import type { PhaseTimings, SeriesForecast } from "../forecast/forecast.ts";
import type { TracedPhase } from "../telemetry/request_trace.ts";

/** The timings of the series that took longest: they are the request's. */
export function slowestTimings(forecasts: readonly SeriesForecast[]): PhaseTimings {
  return forecasts.map(({ timings }) => timings)
    .reduce((a, b) => a.totalMs >= b.totalMs ? a : b);
}

/**
 * The phases of a series one after the other. Decoding is told from its first chunk to its last, with
 * its waits for other series in between; `compute_ms` is the model's part of it.
 *
 * @param submittedAt when the series was handed to the scheduler, in `performance.now()` milliseconds
 */
export function tracedPhases(
  { firstWaitMs, tokenizeMs, prefillMs, decodeMs, totalMs }: PhaseTimings,
  submittedAt: number,
): TracedPhase[] {
  const prefillAt = submittedAt + firstWaitMs;
  const decodeAt = prefillAt + tokenizeMs + prefillMs;
  return [
    { name: "queue", from: submittedAt, to: prefillAt },
    { name: "prefill", from: prefillAt, to: decodeAt, attributes: { tokenize_ms: tokenizeMs } },
    {
      name: "decode",
      from: decodeAt,
      to: Math.max(decodeAt, submittedAt + totalMs),
      attributes: { compute_ms: decodeMs },
    },
  ];
}

/** The same for the log: milliseconds with one decimal. */
export function loggedPhases(
  { queueMs, tokenizeMs, prefillMs, decodeMs }: PhaseTimings,
): Readonly<Record<string, number>> {
  const phases = { queue: queueMs, tokenize: tokenizeMs, prefill: prefillMs, decode: decodeMs };
  return Object.fromEntries(
    Object.entries(phases).map(([name, ms]) => [name, Math.round(ms * 10) / 10]),
  );
}
