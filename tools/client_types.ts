/** Command: writes the types of the OpenAPI document for the TypeScript client, after it has changed. */
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { contractDocument } from "../src/http/contract_document.ts";

/** Where they are. */
export const CLIENT_TYPES_FILE: URL = new URL(
  "../clients/typescript/src/api_types.ts",
  import.meta.url,
);

const HEAD =
  "/** Made from the OpenAPI document by `deno task client:types`; not to be edited. */\n\n";

/** Examples fill a third of the document, and help nobody who has types. */
function withoutExamples(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExamples);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "example" && key !== "examples");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutExamples(inner)]));
}

/** Declarations that the client exports, and their parts. */
const EXPORTED =
  /^(?:export interface (\w+)| {4}(schemas|responses|parameters|requestBodies|headers|pathItems):)/gm;

/** The text of the file, as the document is now. */
export async function clientTypes(): Promise<string> {
  const types = astToString(await openapiTS(withoutExamples(contractDocument()) as OpenAPI3));
  const documented = types.replace(
    EXPORTED,
    (line, name?: string, part?: string) => `/** The document's ${name ?? part}. */\n${line}`,
  );
  return HEAD + documented;
}

if (import.meta.main) await Deno.writeTextFile(CLIENT_TYPES_FILE, await clientTypes());
