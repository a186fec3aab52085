/** Problems of a request: where, what, and in which order they are told. */
import type { z } from "@hono/zod-openapi";

/** A problem as zod reports it, with the input that it is about. */
export type SchemaIssue = z.core.$ZodIssue;

/** One problem. */
export interface Issue {
  /** For a person: field, index and what is wrong, as one sentence. */
  readonly message: string;
  /** Dotted path; the index of `items` stays in it. */
  readonly field: string;
  /** The index below, e.g. of a candle. */
  readonly index?: number;
  /** What was sent: a scalar, cut to 100 characters. */
  readonly value?: string | number | boolean | null;
  /** The rule that was broken, for programs. */
  readonly constraint: string;
}

/** A problem by its path in the document. */
export interface PathIssue {
  /** Keys and indices from the root of the document. */
  readonly path: readonly (string | number)[];
  /** What is wrong, without the place: `must be at most 5`. */
  readonly message: string;
  /** The rule that was broken, for programs. */
  readonly constraint: string;
}

/** Characters of a value that an answer repeats. */
const MAX_VALUE_CHARACTERS = 100;

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function scalar(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === "string") return value.slice(0, MAX_VALUE_CHARACTERS);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return undefined;
}

/** `["items", 3, "candles", 7, "low"]` is field `items[3].candles.low`, index 7. */
export function locate(
  path: readonly (string | number)[],
): { readonly field: string; readonly index?: number } {
  let field = "";
  let index: number | undefined;
  path.forEach((key, i) => {
    if (typeof key === "string") field += field === "" ? key : `.${key}`;
    else if (path[i - 1] === "items" && i === 1) field += `[${key}]`;
    else index = key;
  });
  return index === undefined ? { field } : { field, index };
}

/** Compares two paths by where they stand in the document; what is absent comes after what is there. */
function documentOrder(
  document: unknown,
  a: readonly (string | number)[],
  b: readonly (string | number)[],
): number {
  let level = document;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) {
      if (typeof a[i] === "number" && typeof b[i] === "number") {
        return Number(a[i]) - Number(b[i]);
      }
      const keys = typeof level === "object" && level !== null ? Object.keys(level) : [];
      const rank = (key: string | number): number => {
        const at = keys.indexOf(String(key));
        return at < 0 ? keys.length : at;
      };
      return rank(a[i]) - rank(b[i]);
    }
    level = valueAt(level, [a[i]]);
  }
  return a.length - b.length;
}

/** Problems in document order, as they are answered. */
export function describeIssues(document: unknown, problems: readonly PathIssue[]): Issue[] {
  return [...problems].sort((a, b) => documentOrder(document, a.path, b.path)).map(
    ({ path, message, constraint }) => {
      const place = locate(path);
      const value = scalar(valueAt(document, path));
      const at = place.index === undefined ? "" : ` at index ${place.index}`;
      const where = place.field === "" ? "the request" : place.field;
      return {
        message: `${where}${at} ${message}`,
        ...place,
        ...(value === undefined ? {} : { value }),
        constraint,
      };
    },
  );
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: "an array",
  object: "an object",
  int: "a whole number",
  number: "a finite number",
  string: "a string",
  boolean: "true or false",
};

/** A problem that a schema found, in our words. */
export function fromZod(
  prefix: readonly (string | number)[],
  issue: SchemaIssue,
): PathIssue {
  const path = [...prefix, ...issue.path.map((key) => typeof key === "number" ? key : String(key))];
  switch (issue.code) {
    case "invalid_type": {
      if (issue.input === undefined && issue.message === REQUIRED) {
        return { path, message: "is required", constraint: "required" };
      }
      const expected = ARTICLES[issue.expected] ?? issue.expected;
      return { path, message: `must be ${expected}`, constraint: issue.expected };
    }
    case "too_small": {
      const rule = issue.inclusive ? "at least" : "greater than";
      return { path, message: `must be ${rule} ${issue.minimum}${unit(issue)}`, constraint: "min" };
    }
    case "too_big": {
      const rule = issue.inclusive ? "at most" : "less than";
      return { path, message: `must be ${rule} ${issue.maximum}${unit(issue)}`, constraint: "max" };
    }
    default:
      return { path, message: issue.message, constraint: issue.code };
  }
}

/** The message that marks an absent field; see `requiredOr()` in schemas.ts. */
export const REQUIRED = "is required";

function unit({ origin }: { readonly origin: string }): string {
  if (origin === "array") return " entries long";
  return origin === "string" ? " characters long" : "";
}
