/** Checks of command-line arguments. */

/** Arguments that make no sense; the message says which. */
export class UsageError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override name = "UsageError";
}

/**
 * The number that an argument is.
 *
 * @throws UsageError where it is none or does not fit
 */
export function numberOf(name: string, text: string, fits: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() !== "" && fits(value)) return value;
  throw new UsageError(`Cannot use --${name} ${text}`);
}

/** Whether a number is whole and of a range, its ends included. */
export function whole(min: number, max: number): (value: number) => boolean {
  return (value) => Number.isSafeInteger(value) && value >= min && value <= max;
}

/** Whether a number is above 0 and at most `max`. */
export function positive(max: number): (value: number) => boolean {
  return (value) => value > 0 && value <= max;
}
