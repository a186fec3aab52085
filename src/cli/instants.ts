import { z } from "zod";
import { parseTimestamp } from "../forecast/timestamps.ts";
import { UsageError } from "./arguments.ts";

/** An instant for each market: wall clock in milliseconds, as if it were UTC. */
export type Instants = (market: string) => number;

function instantOf(text: string): number {
  const stamp = parseTimestamp(text);
  if (stamp === null) throw new UsageError(`Cannot use the date ${text}: not ISO 8601`);
  const { year, month, day, hour, minute } = stamp.wall;
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * Reads a date for every market, or a JSON file of dates by market.
 *
 * @param text ISO 8601, or a path that ends with `.json`; absent: `fallback`
 * @param fallback for every market, or those that the file does not name
 * @throws UsageError where a date is none or the file is no object of dates
 */
export async function readInstants(
  text: string | undefined,
  fallback: number,
): Promise<Instants> {
  if (text === undefined) return () => fallback;
  if (!text.endsWith(".json")) {
    const instant = instantOf(text);
    return () => instant;
  }
  const parsed = z.record(z.string(), z.string()).safeParse(
    JSON.parse(await Deno.readTextFile(text)),
  );
  if (!parsed.success) throw new UsageError(`Cannot use ${text}: not an object of dates by market`);
  const instants = new Map(
    Object.entries(parsed.data).map(([market, date]) => [market, instantOf(date)]),
  );
  return (market) => instants.get(market) ?? fallback;
}
