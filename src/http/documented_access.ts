/** Who may ask, as the OpenAPI document states it. */
import type { ErrorType } from "./errors.ts";

/** Errors of whoever may not ask. */
export const ACCESS_ERRORS: readonly ErrorType[] = ["Unauthorized", "Forbidden"];

/** How a client shows who it is, where the service asks (KRONOS_SECURITY_ENABLED). */
export const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "A key of KRONOS_API_KEYS_FILE." },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same key." },
  container: {
    type: "apiKey",
    in: "header",
    name: "X-Container-Name",
    description: "A name of KRONOS_CONTAINER_WHITELIST.",
  },
} as const;

/** Any of them, or none where the service does not ask. */
export const SECURITY: Record<string, string[]>[] = [
  {},
  ...Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
];
