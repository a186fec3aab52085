/** Whether an answer is what the OpenAPI document says of its route and status. */
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/2020";

/** A part of the document, as far as the tests look into it. */
export interface OpenApiDocument {
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  /** Named schemas. */
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** One method of one path. */
export interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly content?: Content; readonly headers?: object }>
  >;
}

/** Bodies by media type. */
export type Content = Readonly<
  Record<string, {
    readonly schema?: object;
    readonly example?: unknown;
    readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  }>
>;

/** Validates values against schemas inside an OpenAPI document. */
export class SchemaCheck {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });

  /** Takes the document whose schemas count. */
  constructor(document: OpenApiDocument) {
    this.#ajv.addSchema(document, "openapi.json");
  }

  /**
   * Fails unless the value fits the schema at a place of the document.
   *
   * @param place keys from the root, e.g. `["components", "schemas", "Error"]`
   */
  assertFits(place: readonly string[], value: unknown): void {
    const pointer = place.map((key) =>
      encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))
    );
    const $ref = `openapi.json#/${pointer.join("/")}`;
    const validate = this.#ajv.getSchema($ref) ?? this.#ajv.compile({ $ref });
    assert.ok(validate(value), `${$ref}: ${this.#ajv.errorsText(validate.errors)}`);
  }
}
