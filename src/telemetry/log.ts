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
}

/** Fields whose values are secrets. */
const SECRET = /authorization|token$|api[-_]?key|password|secret/i;

/** Causes of an error that are written at most: more are a loop. */
const MAX_CAUSES = 5;

function describeError(error: unknown, causes = MAX_CAUSES): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  if (cause === undefined || causes === 0) return { name, message, stack };
  return { name, message, stack, cause: describeError(cause, causes - 1) };
}

function writable(fields: LogFields): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (SECRET.test(name)) return [name, "***"];
    return [name, value instanceof Error ? describeError(value) : value];
  });
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
    const timestamp = new Date().toISOString();
    write(JSON.stringify({ timestamp, level, message, ...writable(fields) }));
  };
  return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR") };
}
