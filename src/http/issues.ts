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
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function scalar(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === "string") return value.slice(0, MAX_VALUE_CHARACTERS);
  // 1e400 is read as infinity, which JSON can only write as text.
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return typeof value === "boolean" || value === null ? value : undefined;
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

/** Where each key of an object stands, read once for each object: some have a million keys. */
type KeyRanks = Map<object, ReadonlyMap<string, number>>;

function ranksOf(level: object, known: KeyRanks): ReadonlyMap<string, number> {
  const ranks = known.get(level) ?? new Map(Object.keys(level).map((key, at) => [key, at]));
  known.set(level, ranks);
  return ranks;
}

/** A path as places in the document, one a level; what is absent comes after what is there. */
function places(document: unknown, path: PathIssue["path"], known: KeyRanks): number[] {
  let level = document;
  return path.map((key) => {
    const above = level;
    level = valueAt(level, [key]);
    if (typeof key === "number") return key;
    if (typeof above !== "object" || above === null) return Infinity;
    return ranksOf(above, known).get(key) ?? Infinity;
  });
}

/** Compares two lists of places; a part comes after its whole. */
function byPlace(a: readonly number[], b: readonly number[]): number {
  const level = a.findIndex((place, i) => place !== b[i]);
  if (level < 0) return a.length - b.length;
  return level >= b.length ? 1 : a[level] < b[level] ? -1 : 1;
}

/** The first problems in document order, `limit` at most, as they are answered. */
export function describeIssues(
  document: unknown,
  problems: readonly PathIssue[],
  limit: number,
): Issue[] {
  const known: KeyRanks = new Map();
  return problems
    .map((problem) => ({ problem, place: places(document, problem.path, known) }))
    .sort((a, b) => byPlace(a.place, b.place))
    .slice(0, limit)
    .map(({ problem }) => describeIssue(document, problem));
}

function describeIssue(document: unknown, { path, message, constraint }: PathIssue): Issue {
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
    case "invalid_value": {
      if (issue.input === undefined && issue.message === REQUIRED) {
        return { path, message: "is required", constraint: "required" };
      }
      return { path, message: `must be one of ${issue.values.join(", ")}`, constraint: "one_of" };
    }
    default:
      return { path, message: "is not valid", constraint: issue.code };
  }
}

/** The message that marks an absent field; see `requiredOr()` in value_schemas.ts. */
export const REQUIRED = "is required";

function unit({ origin }: { readonly origin: string }): string {
  return origin === "string" ? " characters long" : "";
}
