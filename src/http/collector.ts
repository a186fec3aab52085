/** Collects the problems of a request, each under its path in the document. */
import { fromZod, type PathIssue, REQUIRED, type SchemaIssue } from "./issues.ts";

/** An object of a JSON document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a value is held against; the schemas are such. */
export interface Rule<Value> {
  /** The value, or every problem with it. */
  safeParse(value: unknown, options: { readonly reportInput: true }):
    | { readonly success: true; readonly data: Value }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
}

/** The same for an object. */
export interface ObjectRule<Value> extends Rule<Value> {
  /** Its fields by name. */
  readonly shape: object;
}

/** Collects problems below a path of the document. */
export class Collector {
  /** Every problem so far, under its whole path. */
  readonly issues: PathIssue[];
  readonly #prefix: readonly (string | number)[];

  /** Notes problems into `issues`, which others may share, under `prefix`. */
  constructor(issues: PathIssue[], prefix: readonly (string | number)[]) {
    this.issues = issues;
    this.#prefix = prefix;
  }

  /** A collector of the same problems for what is below `path`. */
  below(...path: readonly (string | number)[]): Collector {
    return new Collector(this.issues, [...this.#prefix, ...path]);
  }

  /** Notes a problem. */
  add(path: readonly (string | number)[], message: string, constraint: string): void {
    this.issues.push({ path: [...this.#prefix, ...path], message, constraint });
  }

  /** The value if it fits its schema; otherwise its problems are noted. */
  value<Value>(schema: Rule<Value>, value: unknown): Value | undefined {
    const parsed = schema.safeParse(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map((issue) => fromZod(this.#prefix, issue));
    // A number past what is a safe integer breaks two limits; one is told, the schema's own.
    const rules = problems.map(({ path, constraint }) => [...path, constraint].join("\n"));
    this.issues.push(...problems.filter((_, i) => rules.lastIndexOf(rules[i]) === i));
    return undefined;
  }

  /** The fields that fit their schema, so that rules between them can still be checked. */
  fields<Value>(schema: ObjectRule<Value>, value: unknown): Partial<Value> {
    const first = this.issues.length;
    const whole = this.value(schema, value);
    if (whole !== undefined || !isObject(value)) return whole ?? {};
    const depth = this.#prefix.length;
    const wrong = new Set(this.issues.slice(first).map(({ path }) => path[depth]));
    const fitting = Object.keys(schema.shape).filter((name) => !wrong.has(name));
    return Object.fromEntries(fitting.map((name) => [name, value[name]])) as Partial<Value>;
  }

  /**
   * The entries of an array, undefined where it is none of a length from 1 to `limit`. The length is
   * judged before any entry: one body can hold millions, each with a problem.
   *
   * @param setting the variable that sets the limit, for the message
   */
  entries(value: unknown, limit: number, setting?: string): readonly unknown[] | undefined {
    if (value === undefined) this.add([], REQUIRED, "required");
    else if (!Array.isArray(value)) this.add([], "must be an array", "array");
    else if (value.length === 0) this.add([], "must have at least 1 entry", "min");
    else if (value.length > limit) {
      const source = setting === undefined ? "" : ` (${setting})`;
      this.add([], `must have at most ${limit} entries${source}`, "max");
    } else return value;
    return undefined;
  }
}
