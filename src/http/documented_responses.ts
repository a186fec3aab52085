/** Responses as the OpenAPI document states them. */
import { ERRORS, type ErrorType } from "./errors.ts";
import { errorExample } from "./examples.ts";
import { errorSchema, type Schema } from "./schemas.ts";

/** A body of one media type. */
export interface BodyConfig {
  /** What it looks like: a schema of ours, or one as the document writes it. */
  readonly schema: Schema | { readonly type?: "string" | "object" };
  /** The only example. */
  readonly example?: object;
  /** Several, by name. */
  readonly examples?: Record<string, { value: object }>;
}

/** One response of the document. */
export interface ResponseConfig {
  /** When it is answered. */
  readonly description: string;
  /** Headers by name. */
  readonly headers: Record<string, HeaderConfig>;
  /** The body by media type. */
  readonly content: Record<string, BodyConfig>;
}

/** One header of the document; an alias, since the library wants an index signature. */
export type HeaderConfig = {
  /** What it says. */
  readonly description: string;
  /** Its form. */
  readonly schema: { readonly type: "string" | "integer"; readonly minimum?: number };
};

/** Of every answer. */
export const HEADERS = {
  "X-Request-ID": {
    description: "The client's own where it sent a valid one, else a new one.",
    schema: { type: "string" as const },
  },
};

/** Of every forecast. */
export const SEED_HEADER = {
  "X-Kronos-Seed": {
    description:
      "The seed used; for a batch of different ones all, joined by commas, in the order of the items.",
    schema: { type: "string" as const },
  },
};

const RETRY_AFTER = {
  "Retry-After": {
    description: "Whole seconds after which to ask again.",
    schema: { type: "integer" as const, minimum: 0 },
  },
};

/** Statuses that a client is told to repeat after a while. */
const LATER: readonly number[] = [429, 503];

/** Error responses by status, each with an example for every type. */
export function errorResponses(
  types: readonly ErrorType[],
): Readonly<Record<string, ResponseConfig>> {
  const byStatus = Map.groupBy(types, (type) => ERRORS[type].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, {
    description: group.map((type) => `${type}: ${ERRORS[type].meaning}`).join(" "),
    headers: LATER.includes(status) ? { ...HEADERS, ...RETRY_AFTER } : HEADERS,
    content: {
      "application/json": {
        schema: errorSchema,
        examples: Object.fromEntries(group.map((type) => [type, { value: errorExample(type) }])),
      },
    },
  }]));
}

/** An answer of JSON. */
export function json(
  description: string,
  schema: Schema,
  example?: object,
): ResponseConfig {
  const media = example === undefined ? { schema } : { schema, example };
  return { description, headers: HEADERS, content: { "application/json": media } };
}

/**
 * An answer that comes event by event, in either form.
 *
 * @param line schema of one line of JSON
 */
export function eventContent(line: Schema, example: object): ResponseConfig["content"] {
  return {
    // Tools hold each event against a schema here, of which OpenAPI 3.1 knows none.
    "text/event-stream": { schema: {} },
    "application/x-ndjson": { schema: line, example },
  };
}

/** An answer of text. */
export function text(description: string, type: string): ResponseConfig {
  return {
    description,
    headers: HEADERS,
    content: { [type]: { schema: { type: "string" as const } } },
  };
}
