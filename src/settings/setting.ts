/** One setting, and how the text of an environment variable becomes its value. */
import { z } from "zod";

/** How a setting reads its variable. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly variable: string;
  /** Unit of the value, or what kind of value it is. */
  readonly unit: string;
  /** The default; null where there is none. */
  readonly fallback: Value;
  /** Parses the variable's text. */
  readonly schema: Parser<Value>;
  /** What it is for, and why the default is what it is. */
  readonly reason: string;
}

/** Parses the text of a variable. */
export interface Parser<Value> {
  /** The value, or what is wrong with the text. */
  safeParse(text: string):
    | { readonly success: true; readonly data: Value }
    | { readonly success: false; readonly error: { readonly issues: readonly Problem[] } };
}

/** What is wrong with a text. */
export interface Problem {
  /** One clause. */
  readonly message: string;
}

/** A setting. */
export function setting<Value>(
  variable: string,
  unit: string,
  fallback: Value,
  schema: Parser<Value>,
  reason: string,
): Setting<Value> {
  return { variable, unit, fallback, schema, reason };
}

const rule = (schema: z.ZodNumber): Parser<number> =>
  z.string().trim().min(1).transform(Number).pipe(schema);

/** Any text. */
export const text: Parser<string> = z.string().min(1);

/** true, false, yes, no, on, off, 1, 0. */
export const flag: Parser<boolean> = z.stringbool();

/** A whole number of a range, its ends included. */
export function whole(min: number, max: number): Parser<number> {
  return rule(z.int().min(min).max(max));
}

/** A number above 0. */
export function positive(max: number): Parser<number> {
  return rule(z.number().positive().max(max));
}

/** Above 0, at most a day. */
export const seconds: Parser<number> = positive(86_400);

/**
 * One of some names.
 *
 * @param aliases other names by the one they mean; compared as `fold` writes them
 * @param fold how a name is written before it is compared
 */
export function oneOf<Name extends string>(
  names: readonly Name[],
  aliases: Readonly<Record<string, Name>> = {},
  fold: (name: string) => string = (name) => name,
): Parser<Name> {
  return z.string().min(1).transform((given, context) => {
    const name = aliases[fold(given)] ?? fold(given);
    const found = names.find((known) => known === name);
    if (found !== undefined) return found;
    context.addIssue(`must be one of ${names.join(", ")}`);
    return z.NEVER;
  });
}

/**
 * Entries between commas; spaces around them do not count.
 *
 * @param fits whether a text is an entry
 * @param expected what entries are, for the message
 */
export function list(
  fits: (entry: string) => boolean,
  expected: string,
): Parser<readonly string[]> {
  return z.string().transform((given, context) => {
    const entries = given.split(",").map((entry) => entry.trim());
    if (entries.every(fits)) return entries;
    context.addIssue(`must be ${expected}, with commas between`);
    return z.NEVER;
  });
}
