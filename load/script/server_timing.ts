/** Phases of a forecast that the service times, in their order. */
export const PHASES = ["queue", "tokenize", "prefill", "decode"] as const;

/** Milliseconds by name of a `Server-Timing` header (W3C): `queue;dur=1.5, total;dur=20`. */
export function parseServerTiming(header: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...header.matchAll(/([\w-]+)\s*;\s*dur=([\d.]+)/g)].map(([, name, ms]) => [name, Number(ms)]),
  );
}
