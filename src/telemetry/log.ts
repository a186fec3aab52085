/** JSON lines on standard output: the only module that writes the log. */

/** How severe a line is. */
export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** From the least to the most severe. */
const SEVERITY: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/** What a line says beside its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines of one level or above. */
export interface Log {
  /** For whoever looks for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** What happened. */
  info(message: string, fields?: LogFields): void;
  /** What an operator should look at. */
  warn(message: string, fields?: LogFields): void;
  /** What failed; an `error` field is written with its causes. */
  error(message: string, fields?: LogFields): void;
  /** A record for programs: a line of just these fields, whatever the level. */
  record(fields: LogFields): void;
}

/** Fields whose values are secrets, at any depth, unless they are numbers: bytes per token are none. */
const SECRET = /authorization|token$|api[-_]?key|password|secret/i;

/** Errors and objects inside one another that are written at most: more are a loop, or nobody reads them. */
const MAX_DEPTH = 6;

/** What stands where a value is not written. */
const CUT = "[cut]";

/** A value as JSON can write it, whatever it is: a line of the log never fails. */
function writable(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") {
    return String(value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return CUT;
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const error = { name, message, stack };
    return cause === undefined ? error : { ...error, cause: writable(cause, depth - 1) };
  }
  if (Array.isArray(value)) return value.map((entry) => writable(entry, depth - 1));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? CUT : value.toISOString();
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    SECRET.test(name) && typeof inner !== "number" ? "***" : writable(inner, depth - 1),
  ]);
  return Object.fromEntries(entries);
}

/**
 * Creates the log.
 *
 * @param write takes one line; standard output unless given
 */
export function createLog(
  least: LogLevel,
  write: (line: string) => void = (line) => console.log(line),
): Log {
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}): void => {
    if (SEVERITY[level] < SEVERITY[least]) return;
    const own = { timestamp: new Date().toISOString(), level, message };
    // Ours first, for the reader, and last, so that no field takes their names.
    write(JSON.stringify(Object.assign({ ...own }, writable(fields), own)));
  };
  const record = (fields: LogFields): void => write(JSON.stringify(writable(fields)));
  return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR"), record };
}
